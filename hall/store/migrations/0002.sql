-- What one clerk tells the next about a ticket that is handed over.
ALTER TABLE ticket ADD COLUMN transfer_note TEXT NOT NULL DEFAULT '';
