"""What is done with files: kept, taken back, replaced, sent, scanned and swept."""

from grants.documents.services.expiry import remind_expiring
from grants.documents.services.keeping import (
    add_document,
    change_expiry,
    keep_for_organisation,
    mark_sent,
    remove_document,
)
from grants.documents.services.pieces import add_piece, begin_upload, finish_upload, give_up_upload
from grants.documents.services.scanning import ScanRoom, scan_due
from grants.documents.services.sweeping import forget_uploads, sweep_orphans

__all__ = [
    "ScanRoom",
    "add_document",
    "add_piece",
    "begin_upload",
    "change_expiry",
    "finish_upload",
    "forget_uploads",
    "give_up_upload",
    "keep_for_organisation",
    "mark_sent",
    "remind_expiring",
    "remove_document",
    "scan_due",
    "sweep_orphans",
]
