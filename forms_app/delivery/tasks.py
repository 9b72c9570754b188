from django_tasks import task


@task()
def deliver(outbox_id: str) -> bool:
    from .actions import deliver_row  # noqa: PLC0415 -- actions load models, which enqueue this task

    return deliver_row(outbox_id)
