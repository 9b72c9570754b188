from django.urls import path

from . import views

urlpatterns = [
    path("referrals/", views.referrals, name="referrals"),
    path("cases/<uuid:case_id>/referrals/add/", views.referral_add, name="referral_add"),
    path("referrals/<uuid:referral_id>/", views.referral, name="referral"),
    path("referrals/<uuid:referral_id>/card/", views.referral_card, name="referral_card"),
    path("referrals/answer/<str:secret>/", views.referral_by_link, name="referral_by_link"),
    path("referrals/<uuid:referral_id>/revoke/", views.referral_revoke, name="referral_revoke"),
]
