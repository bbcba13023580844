-- The files or items that the last pass left out, and why, a line each: somebody has to put them right.
ALTER TABLE sources ADD COLUMN left_out TEXT NOT NULL DEFAULT '';
