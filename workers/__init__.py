"""Celery: the doorbell. Messages carry ids only; the rows say what is to be done."""
