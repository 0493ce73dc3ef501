"""Who works at Tidewheel Works, an organisation that does not exist."""

from typing import NamedTuple

ORGANISATION = "Tidewheel Works"
DOMAIN = "tidewheel.example"
FIRST_SEATS = 10
CODE = "WELCOME-26"
CODE_USES = 10
GIVES_UP = "Professional, EUR 15.00 a month"


class Person(NamedTuple):
    """Somebody invented."""

    first_name: str
    last_name: str
    address: str
    position: str = ""

    @property
    def email(self) -> str:
        """The address; one without a domain is the organisation's."""
        return self.address if "@" in self.address else f"{self.address}@{DOMAIN}"

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}"


OWNER = Person("Ada", "Marlowe", "ada", "Head of IT")
ADMIN = Person("Tomasz", "Wiśniewski", "tomasz", "Systems administrator")

FOUNDERS = (
    Person("Amélie", "Rousseau", "amelie", "Industrial designer"),
    Person("Bjørn", "Sæther", "bjorn", "Turbine engineer"),
    Person("Chidinma", "Okonkwo", "chidinma", "Marine biologist"),
    Person("Dafydd", "Llywelyn", "dafydd", "Boat skipper"),
    Person("Eszter", "Kovács", "eszter", "Product manager"),
    Person("Florian", "Grünwald", "florian", "Welding supervisor"),
    Person("Gülşen", "Yıldız", "gulsen", "Electrical engineer"),
    Person("Håkon", "Ødegård", "hakon", "Diver"),
    Person("Iñaki", "Etxeberria", "inaki", "Hydraulics technician"),
    Person("Jennifer", "Null", "null", "Database administrator"),
)
"""Imported from a file in the first week."""

HIRED = (
    Person("Katarzyna", "Żółkowska", "katarzyna", "Office manager"),
    Person("Luca", "D'Angelo", "luca", "Naval architect"),
    Person("Mathilde", "Le Goff", "mathilde", "Quality inspector"),
    Person("Minh Khai", "Nguyễn", "khai", "Data analyst"),
    Person("Oluwaseun", "Adeyemi", "oluwaseun", "Site engineer"),
    Person("Pádraig", "Ó Súilleabháin", "padraig", "Crane operator"),
    Person("Quentin", "Vandenbroucke", "quentin", "Accountant"),
    Person("Ragnheiður", "Þorsteinsdóttir", "ragnheidur", "Geologist"),
    Person("陽葵", "田中", "himari", "Embedded developer"),
    Person("Björk", "Hallgrímsdóttir", "bjork", "Tide forecaster"),
    Person("Tiago", "Gonçalves", "tiago", "Rope access technician"),
    Person("Bobby", "Tables", "bobby", "School liaison"),
    Person("Vojtěch", "Dvořák", "vojtech", "Control engineer"),
)
"""Added by hand, one after another."""

WAITING = (
    Person("Maria-Fernanda", "de los Ángeles Villavicencio-Oyarzábal", "maria-fernanda", "Regional coordinator"),
    Person("Xiùyīng", "Chén", "xiuying", "Procurement"),
    Person("Yusuf", "Demir", "yusuf", "Apprentice"),
)
"""Added in the last days, when every seat was taken."""

WITH_CODE = (
    Person("Zoë", "van der Meer", "zoe", "Communications"),
    Person("Anahera", "Ngata", "anahera", "Community liaison"),
    Person("小明", "王", "xiaoming", "Test engineer"),
    Person("Ciarán", "Mac Giolla Bhríde", "ciaran", "Technical writer"),
    Person("Đorđe", "Petrović", "djordje", "Mechanical engineer"),
    Person("Elīna", "Bērziņa", "elina", "Human resources"),
    Person("서연", "김", "seoyeon", "Firmware developer"),
    Person("Guðrún", "Ásgeirsdóttir", "gudrun", "Oceanographer"),
)
"""Came in with the invitation code."""

PROMOTED = (
    Person("Henrique", "Albuquerque", "henrique", "Legal counsel"),
    Person("Ingrid", "Lindqvist", "ingrid", "Safety officer"),
    Person("Jörg", "Strauß", "joerg", "Maintenance planner"),
    Person("Kwame", "Mensah", "kwame", "Logistics"),
)
"""Members who were added to the subscription."""

TRANSFERRED = (
    Person("Leïla", "Benkirane", "leila@atelier-benkirane.example", "Hydrodynamics consultant"),
    Person("Mihály", "Szűcs", "mihaly.szucs@freemail.example", "Drone pilot"),
    Person("Noor", "El-Amrani", "noor@elamrani.example", "Translator"),
    Person("Ståle", "Nygård", "stale@nygard.example", "Sonar specialist"),
)
"""Had an account of their own and were taken over."""

MEMBERS = (
    Person("Aurélien", "Pâquet", "aurelien", "Carpenter"),
    Person("Brigid", "O'Shaughnessy", "brigid", "Night watch"),
    Person("Ching-Yi", "Lin", "ching-yi", "Visiting researcher"),
    Person("Dragoș", "Ionescu", "dragos", "Paint shop"),
    Person("Fatoumata", "Diallo", "fatoumata", "Canteen"),
    Person("Grzegorz", "Brzęczyszczykiewicz", "grzegorz", "Archivist"),
    Person("Hōne", "Tūhoe", "hone", "Harbour pilot"),
    Person("Ilse", "Wolfeschlegelsteinhausen", "ilse", "Works council"),
    Person("Jānis", "Ozoliņš", "janis", "Forklift driver"),
    Person("Kübra", "Çelik", "kuebra", "Student trainee"),
    Person("Łukasz", "Śmigły", "lukasz", "Storekeeper"),
    Person("Måns", "Åkesson", "mans", "Ferry mechanic"),
)
"""In the directory, not on the subscription."""


class Ask(NamedTuple):
    """Somebody who asks to join: what they say, how long ago, and whether they pay for a plan of their own."""

    person: Person
    message: str
    hours_ago: float
    pays: bool = False


INCOMING = (
    Ask(
        Person("Renske", "Hoogland", "renske@hoogland.example", "Freelance surveyor"),
        "Hi Ada! We talked at the slipway. Could I join before I have to renew my own plan?",
        13 * 24 + 5,
        pays=True,
    ),
    Ask(
        Person("Sébastien", "Lefèvre", "sebastien@bureau-lefevre.example", "Structural engineer"),
        "Working with Bjørn on rotor 7 until December.",
        8 * 24 + 3,
    ),
    Ask(Person("Tamar", "Gelashvili", "tamar@gelashvili.example", "Photographer"), "", 6 * 24 + 2),
    Ask(
        Person("Umberto", "Quattrocchi", "umberto@quattrocchi.example", "Acoustics consultant"),
        "The whales and I would be grateful.",
        3 * 24 + 7,
        pays=True,
    ),
    Ask(
        Person("Wren", "Achterberg", "wren@achterberg.example", "Summer intern"),
        "Starting on Monday, Eszter told me to ask here.",
        2 * 24 + 1,
    ),
    Ask(
        Person("美咲", "佐藤", "misaki@sato.example", "Tide modelling"),
        "よろしくお願いします。",
        26,
    ),
    Ask(Person("Zdeněk", "Říha", "zdenek@riha.example", "Electrician"), "Second try, sorry, wrong address!", 4),
)
"""Pending, the oldest expires within a day."""


class Asked(NamedTuple):
    """Somebody we asked; without a person nobody has that address."""

    person: Person
    message: str
    minutes_ago: int
    has_account: bool = True


OUTGOING = (
    Asked(
        Person("Yara", "Haddad", "yara@haddad-marine.example"), "Welcome aboard! Same desk, our plan.", 3 * 24 * 60 + 55
    ),
    Asked(Person("", "", "lighthouse@northpoint.example"), "", 41, has_account=False),
    Asked(Person("Enzo", "Marchetti", "enzo@marchetti.example"), "For the blade inspection in spring.", 18),
)
"""Pending; only the first was sent more than an hour ago."""

DECLINED = Person("Viktor", "Krasnov", "viktor@krasnov.example", "Crypto evangelist")
CANCELLED = Person("Paola", "Ferraris", "paola@ferraris.example")
EXPIRED = Person("Odd", "Bakken", "odd@bakken.example", "Meteorologist")
"""Requests that ended otherwise during the year."""
