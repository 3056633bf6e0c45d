"""Addresses of this app."""

from django.urls import path

from releases.publishing.views import deciding, drafting, feed, notes, reading, service

app_name = "publishing"
urlpatterns = [
    path("", reading.releases, name="releases"),
    path("csv/", reading.releases_csv, name="releases_csv"),
    path("feed/", feed.feed, name="feed"),
    path("draft/", drafting.draft_release, name="draft_release"),
    path("what-if/", drafting.what_if, name="what_if"),
    path("<slug:reference>/", reading.release, name="release"),
    path("<slug:reference>/edit/", drafting.edit_release, name="edit_release"),
    path("<slug:reference>/image/", drafting.attach_image, name="attach_image"),
    path("<slug:reference>/image/file/", reading.download_image, name="download_image"),
    path("<slug:reference>/notes/", notes.save_notes, name="save_notes"),
    path("<slug:reference>/notes/draft/", notes.keep_draft, name="keep_draft"),
    path("<slug:reference>/notes/draft/discard/", notes.discard_draft, name="discard_draft"),
    path("<slug:reference>/notes/publish/", notes.publish_notes, name="publish_notes"),
    path("<slug:reference>/notes/read/", notes.read_notes, name="read_notes"),
    path("<slug:reference>/notes/pdf/", notes.notes_pdf, name="notes_pdf"),
    path("<slug:reference>/notes/revisions/", notes.revisions, name="revisions"),
    path("<slug:reference>/evidence/", drafting.attach_evidence, name="attach_evidence"),
    path("<slug:reference>/evidence/<int:pk>/file/", reading.evidence_file, name="evidence_file"),
    path("<slug:reference>/approve/", deciding.approve_emergency, name="approve_emergency"),
    path("<slug:reference>/announce/", deciding.announce, name="announce"),
    path("<slug:reference>/acknowledge/", deciding.acknowledge, name="acknowledge"),
    path("<slug:reference>/serve/<slug:slug>/", deciding.serve_by_other_means, name="serve_by_other_means"),
    path("<slug:reference>/service/", service.service, name="service"),
    path("<slug:reference>/service/csv/", service.service_csv, name="service_csv"),
    path("<slug:reference>/remind/", service.remind, name="remind"),
    path("<slug:reference>/notices/<int:number>/certificate/", service.certificate, name="certificate"),
    path("<slug:reference>/notices/<int:number>/certificate/pdf/", service.certificate_pdf, name="certificate_pdf"),
    path("<slug:reference>/amend/", deciding.amend, name="amend"),
    path("<slug:reference>/return/", deciding.return_to_draft, name="return_to_draft"),
    path("<slug:reference>/classification/", deciding.reclassify, name="reclassify"),
    path("<slug:reference>/withdraw/", deciding.withdraw, name="withdraw"),
    path("<slug:reference>/supersede/", deciding.supersede, name="supersede"),
]
