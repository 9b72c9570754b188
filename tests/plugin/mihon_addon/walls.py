from casework.walls import labelled_wall

WALLS = (labelled_wall("mihon_addon_interpreter"),)
