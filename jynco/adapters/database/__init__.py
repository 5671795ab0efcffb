"""The truth: Postgres, and a twin of it in memory that keeps the same promises."""
