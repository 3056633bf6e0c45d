"""Addresses of this app."""

from django.urls import path

from releases.issues.views import acting, reading

app_name = "issues"
urlpatterns = [
    path("", reading.issues, name="issues"),
    path("board/", reading.board, name="board"),
    path("csv/", reading.issues_csv, name="issues_csv"),
    path("on/<slug:release>/raise/", acting.raise_issue, name="raise_issue"),
    path("on/<slug:release>/count/", reading.count, name="count"),
    path("on/<slug:release>/alike/", reading.alike, name="alike"),
    path("<slug:reference>/", reading.issue, name="issue"),
    path("<slug:reference>/comment/", acting.comment, name="comment"),
    path("<slug:reference>/evidence/<int:pk>/", reading.evidence, name="evidence"),
    path("<slug:reference>/follow/", acting.follow, name="follow"),
    path("<slug:reference>/unfollow/", acting.unfollow, name="unfollow"),
    path("<slug:reference>/incident/", acting.link_incident, name="link_incident"),
    path("<slug:reference>/correct/", acting.correct, name="correct"),
    path("<slug:reference>/duplicate/", acting.mark_duplicate, name="mark_duplicate"),
    path("<slug:reference>/reproduced/", acting.confirm_reproduced, name="confirm_reproduced"),
    path("<slug:reference>/hold/", acting.hold_cohort, name="hold_cohort"),
    path("<slug:reference>/<slug:name>/", acting.act, name="act"),
]
