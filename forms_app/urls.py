from django.urls import path

from forms_app.journey import views as journey
from forms_app.status import views as status
from forms_app.submissions import views as submissions

app_name = "forms_app"

urlpatterns = [
    # Before the forms, so that none of them can take this address.
    path("forms/inbox/", submissions.submission_list, name="submission_list"),
    path("forms/inbox/<uuid:submission_id>/", submissions.submission_detail, name="submission_detail"),
    path(
        "forms/inbox/<uuid:submission_id>/contacted/",
        submissions.submission_contacted,
        name="submission_contacted",
    ),
    path("forms/<slug:slug>/", journey.consultation, name="consultation"),
    path("forms/<slug:slug>/receipt/", journey.receipt, name="receipt"),
    path("status/", status.status_lookup, name="status_lookup"),
    path("status/thread/", status.status_thread, name="status_thread"),
    path("status/close/", status.status_close, name="status_close"),
]
