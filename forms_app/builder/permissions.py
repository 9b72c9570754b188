"""What the group of editors may do with forms in Wagtail's admin. Deleting is not among it: forms are closed."""

EDITOR_PERMISSIONS = [
    "forms_app.add_consultationform",
    "forms_app.change_consultationform",
    "forms_app.publish_consultationform",
    "forms_app.lock_consultationform",
    "forms_app.unlock_consultationform",
]
