-- How far a session had come when it ended: gathering, connecting or active; '' while it has not.
ALTER TABLE session ADD COLUMN end_phase TEXT NOT NULL DEFAULT '';
-- Of those that ended before it was written down: as far as what is known of them tells.
UPDATE session SET end_phase = CASE
  WHEN started_at_us <> 0 THEN 'active'
  WHEN end_reason IN ('nobody_came', 'closed') THEN 'gathering'
  ELSE 'connecting' END
WHERE state = 'ended';
