-- Where the post stood before it was marked; it goes back there when the appeal is taken back before anybody hears of it.
ALTER TABLE appeals ADD COLUMN former_state TEXT;
