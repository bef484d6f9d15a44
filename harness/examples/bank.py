"""A bank whose tests never fail: two bugs that real threads show once in a blue moon.

python -m taskqueue_harness harness/examples/bank.py:deposits_add_up
python -m taskqueue_harness harness/examples/bank.py:transfers_end
python -m taskqueue_harness harness/examples/bank.py:transfers_in_order_end --strategy dpor
"""

from __future__ import annotations

import threading


class Account:
    """Money that several threads move."""

    def __init__(self, number: int, balance: int) -> None:
        self.number = number
        self.balance = balance
        self.lock = threading.Lock()

    def deposit(self, amount: int) -> None:
        balance = self.balance
        self.balance = balance + amount

    def deposit_locked(self, amount: int) -> None:
        with self.lock:
            self.deposit(amount)


def transfer(source: Account, target: Account, amount: int) -> None:
    """Locks the two accounts in the order in which they are given."""
    with source.lock, target.lock:
        source.balance -= amount
        target.balance += amount


def transfer_in_order(source: Account, target: Account, amount: int) -> None:
    """Locks the two accounts in one order, whoever pays."""
    first, second = sorted((source, target), key=lambda one: one.number)
    with first.lock, second.lock:
        source.balance -= amount
        target.balance += amount


def run(*threads: threading.Thread) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def deposits_add_up() -> None:
    """Fails: a deposit between another one's read and write is lost."""
    account = Account(1, 0)
    run(*[threading.Thread(target=account.deposit, args=(10,)) for _ in range(2)])
    assert account.balance == 20, f"20 deposited, {account.balance} there"


def locked_deposits_add_up() -> None:
    account = Account(1, 0)
    run(*[threading.Thread(target=account.deposit_locked, args=(10,)) for _ in range(2)])
    assert account.balance == 20, f"20 deposited, {account.balance} there"


def transfers_end() -> None:
    """Fails: each transfer holds the lock that the other one needs."""
    mine, yours = Account(1, 100), Account(2, 100)
    run(
        threading.Thread(target=transfer, args=(mine, yours, 10), name="pay"),
        threading.Thread(target=transfer, args=(yours, mine, 20), name="pay back"),
    )
    assert (mine.balance, yours.balance) == (110, 90)


def transfers_in_order_end() -> None:
    mine, yours = Account(1, 100), Account(2, 100)
    run(
        threading.Thread(target=transfer_in_order, args=(mine, yours, 10), name="pay"),
        threading.Thread(target=transfer_in_order, args=(yours, mine, 20), name="pay back"),
    )
    assert (mine.balance, yours.balance) == (110, 90)
