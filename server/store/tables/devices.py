"""Devices that ask to be signed in, and what was answered. Both codes are stored as hashes alone."""

from sqlalchemy import Column, Index, LargeBinary, String, Table

from server.store.tables.columns import count, flag, identity, metadata, moment, reference, words

device_sign_ins = Table(
    "device_sign_ins",
    metadata,
    identity(),
    Column("device_hash", LargeBinary(32), nullable=False, unique=True),
    Column("user_hash", LargeBinary(32), nullable=False, index=True),
    Column("state", String(20), nullable=False),
    words("machine"),
    words("wish"),
    words("network"),
    flag("read_only"),
    count("interval"),
    moment("asked_at", nullable=True),
    moment("created_at"),
    moment("expires_at"),
    reference("account_id", "accounts", nullable=True, index=True),
    reference("organisation_id", "organisations", nullable=True),
    moment("decided_at", nullable=True),
    Column("token_id", String(60)),
)
Index("ix_device_sign_ins_network", device_sign_ins.c.network, device_sign_ins.c.expires_at)
Index("ix_device_sign_ins_expires_at", device_sign_ins.c.expires_at)
"""`wish` is the organisation that the device asked for; `interval` in seconds, `asked_at` when it asked last."""
