from django.urls import path

from . import views

urlpatterns = [
    path("registers/", views.registers, name="registers"),
    path("registers/<uuid:register_id>/", views.register, name="register"),
    path("registers/<uuid:register_id>/columns/", views.register_columns, name="register_columns"),
    path("registers/<uuid:register_id>/mapping/", views.register_mapping, name="register_mapping"),
    path("registers/<uuid:register_id>/check/", views.register_check, name="register_check"),
    path("registers/<uuid:register_id>/take/", views.register_take, name="register_take"),
    path("registers/<uuid:register_id>/resume/", views.register_resume, name="register_resume"),
    path("registers/<uuid:register_id>/undo/", views.register_undo, name="register_undo"),
    path("registers/<uuid:register_id>/clear/", views.register_clear, name="register_clear"),
    path("registers/<uuid:register_id>/report/", views.register_report, name="register_report"),
    path("cases/<uuid:case_id>/register/", views.case_register, name="case_register"),
]
