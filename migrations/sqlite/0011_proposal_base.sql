-- The mark as the source made it before it was edited: a proposal brings only what differs from that. Empty where it made none.
ALTER TABLE proposals ADD COLUMN base TEXT;
