"""What code under test sees instead of the real thing: threads, locks, queues, time, memory."""
