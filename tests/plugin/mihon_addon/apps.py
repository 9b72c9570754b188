from django.apps import AppConfig


class MihonAddonConfig(AppConfig):
    name = "mihon_addon"
    default_auto_field = "django.db.models.BigAutoField"
