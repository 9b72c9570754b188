"""Sent once for each submission, inside the transaction that marks it taken.

sender         the class Submission
submission_id  its key (UUID)
payload        see forms_app.delivery.payload
A receiver that raises is asked again later; what it wrote is rolled back, and so is what the other receivers
wrote: connect only what must happen if and only if the center has the submission. Everything else registers
with the hook "marugoto_submission_received" and is told afterwards (permissions/hooks.py).
"""

from django.dispatch import Signal

submission_delivered = Signal()
