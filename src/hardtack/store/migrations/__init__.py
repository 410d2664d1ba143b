"""The revisions that bring a database to the present schema; run by ``Database.migrate`` and shipped in the wheel."""
