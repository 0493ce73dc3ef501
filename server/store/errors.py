"""What the database may raise, by names of ours: who is outside the store knows no library behind it.

StoreError            whatever goes wrong between us and the database
└─ DatabaseError      what the database itself refuses: a file that is damaged, or no database
└─ UnavailableError    it can't be read or written now: busy, full, failing; it may be over in a while
"""

from sqlalchemy.exc import DatabaseError
from sqlalchemy.exc import OperationalError as UnavailableError
from sqlalchemy.exc import SQLAlchemyError as StoreError

__all__ = ["DatabaseError", "StoreError", "UnavailableError"]
