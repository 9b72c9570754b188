"""The one way for files into the system. Nothing here knows where they are kept or who may see them."""
