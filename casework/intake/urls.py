from django.urls import path

from . import views

urlpatterns = [
    path("inbox/", views.inbox, name="inbox"),
    path("inbox/record/", views.contact_record, name="contact_record"),
    path("inbox/record/draft/", views.draft_save, name="draft_save"),
    path("inbox/drafts/<uuid:draft_id>/drop/", views.draft_drop, name="draft_drop"),
    path("inbox/<uuid:contact_id>/", views.contact, name="contact"),
    path("inbox/<uuid:contact_id>/edit/", views.contact_edit, name="contact_edit"),
    path("inbox/<uuid:contact_id>/check/", views.contact_check, name="contact_check"),
    path("inbox/<uuid:contact_id>/without-consent/", views.without_consent, name="without_consent"),
    path("inbox/<uuid:contact_id>/take/", views.contact_take, name="contact_take"),
    path("inbox/<uuid:contact_id>/close/", views.contact_close, name="contact_close"),
    path("inbox/<uuid:contact_id>/reply/", views.contact_reply, name="contact_reply"),
    path("inbox/<uuid:contact_id>/case/", views.contact_case, name="contact_case"),
]
