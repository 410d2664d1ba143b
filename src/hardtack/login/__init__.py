"""Who it is: accounts, sign-in, sign-up, the password again, the throttle before them and the trail behind them.

Nothing here knows a page or a cookie: an account comes out, and what is made of it is the session's and the site's.
What is refused is an exception with a status and a text in every language of the pages.
"""

from hardtack.login.accounts import Accounts
from hardtack.login.attempt import WrongCredentials
from hardtack.login.confirm import WrongPassword
from hardtack.login.devices import Known
from hardtack.login.hashing import HashingBusy, HashingPool
from hardtack.login.names import BadName, NameTaken, NoSuchAccount
from hardtack.login.passwords import Argon2id, BadPassword
from hardtack.login.rules import PasswordRules
from hardtack.login.sign_ins import NoSuchSignIn, SignedIn, Whence
from hardtack.login.throttle import TooManyAttempts, TooManyFailures
from hardtack.login.welcome import WelcomeCodeWrong, WelcomeGone
from hardtack.store.accounts import Account
from hardtack.store.tokens import Token

__all__ = [
    "Account",
    "Accounts",
    "Argon2id",
    "BadName",
    "BadPassword",
    "HashingBusy",
    "HashingPool",
    "Known",
    "NameTaken",
    "NoSuchAccount",
    "NoSuchSignIn",
    "PasswordRules",
    "SignedIn",
    "Token",
    "TooManyAttempts",
    "TooManyFailures",
    "WelcomeCodeWrong",
    "WelcomeGone",
    "Whence",
    "WrongCredentials",
    "WrongPassword",
]
