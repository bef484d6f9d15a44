"""How schedules are chosen: one small file each, one interface (`base.Strategy`)."""
