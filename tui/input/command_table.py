"""Every command of the app in one table.

An id is `scope.verb`. The scope says where the binding lives: `app`, `table` and `list` (the screens around a table)
are shared, the names of the areas are theirs, `dialog` is what asks before something happens.
"""

from dataclasses import dataclass

from tui.input.areas import AREAS, FILTERED, LISTS, MARKED, PROFILE, SEARCHED

__all__ = ["COMMANDS", "OFF", "Command"]

OFF = "<ignore>"
"""The key of a command that the user has switched off, or that has none but its name: no terminal sends it."""

_ALL = (*AREAS, "imports", PROFILE)
_HERE = ("overview",)
_ACTIVITY = ("activity",)
_IMPORT = ("imports",)
_PROFILE = (PROFILE,)
_BATCHES = (*MARKED, "imports")
"""The lists with commands about many at once, whose results are kept."""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a user can do. `keys` are Textual key names joined by commas, `action` is what Textual runs.

    `areas` lists the screens that offer it, `show` puts it into the key bar, `palette` into the command palette, and
    `asks` says that it opens a dialog (whose confirming key must be another one).
    """

    id: str
    keys: str
    action: str
    label: str
    help: str
    areas: tuple[str, ...]
    show: bool = False
    palette: bool = True
    asks: bool = False
    priority: bool = False

    @property
    def scope(self) -> str:
        """The part of the id that says where the binding lives."""
        return self.id.partition(".")[0]


COMMANDS: tuple[Command, ...] = (
    Command("table.down", "j,down", "move(1)", "down", "One row down.", LISTS, palette=False),
    Command("table.up", "k,up", "move(-1)", "up", "One row up.", LISTS, palette=False),
    Command("table.page_down", "pagedown", "page(1)", "page down", "One page down.", LISTS, palette=False),
    Command("table.page_up", "pageup", "page(-1)", "page up", "One page up.", LISTS, palette=False),
    Command("table.first", "g,home", "first", "first", "To the first row.", LISTS, palette=False),
    Command("table.last", "G,end", "last", "last", "To the last row, however many there are.", LISTS, palette=False),
    Command("table.open", "enter", "open", "open", "Open the row under the cursor.", LISTS, palette=False),
    Command("table.mark", "space", "mark", "mark", "Mark the row, or unmark it.", MARKED, palette=False, show=True),
    Command("table.mark_all", "asterisk", "mark_all", "all", "Mark everything that matches.", MARKED, show=True),
    Command("table.mark_none", "backslash", "mark_none", "none", "Unmark everything.", MARKED),
    Command("table.range", "V", "mark_range", "range", "Start a range here, and mark it at its end.", MARKED),
    Command("table.sort", "s", "sort", "sort", "Sort by the next column.", SEARCHED),
    Command("table.reverse", "S", "reverse", "reverse", "Reverse the order.", SEARCHED),
    Command("table.copy", "y", "copy_cell", "copy", "Copy the address, the number or the code.", LISTS),
    Command("table.copy_row", "Y", "copy_row", "copy row", "Copy the whole row.", LISTS),
    Command("list.filter", "slash", "filter", "find", "Filter: words, or source:import.", FILTERED, show=True),
    Command(
        "list.results_down", "J", "results(1)", "results down", "Scroll the last results down.", LISTS, palette=False
    ),
    Command("list.results_up", "K", "results(-1)", "results up", "Scroll the last results up.", LISTS, palette=False),
    Command("list.results_save", "w", "save_results", "save results…", "Save the last results as CSV.", _BATCHES),
    Command("overview.more", "plus", "more", "seats", "One more seat in the pending change.", _HERE, show=True),
    Command("overview.fewer", "minus", "fewer", "seats", "One seat fewer in the pending change.", _HERE, show=True),
    Command("overview.type", "e", "type", "type", "Type the number of seats.", _HERE, show=True),
    Command(
        "overview.confirm",
        "c",
        "confirm",
        "confirm…",
        "Confirm modifications: shows the price first.",
        _HERE,
        show=True,
        asks=True,
    ),
    Command("overview.discard", "d", "discard", "discard", "Discard changes.", _HERE, show=True),
    Command("overview.pay", "P", "pay", "pay…", "Pay for users who are NOT PAID.", _HERE, show=True, asks=True),
    Command(
        "overview.pay_overdue", "o", "pay_overdue", "overdue…", "Pay the overdue amount.", _HERE, show=True, asks=True
    ),
    Command("overview.plan", "p", "plan", "plan…", "Choose another plan.", _HERE, show=True, asks=True),
    Command("overview.cycle", "b", "cycle", "cycle…", "Bill monthly or annually.", _HERE, show=True, asks=True),
    Command("overview.latest", "enter", "app.area('activity')", "latest", "Everything that happened lately.", _HERE),
    Command(
        "overview.cancel",
        OFF,
        "end",
        "cancel the subscription…",
        "End it at the end of the billing period.",
        _HERE,
        asks=True,
    ),
    Command("overview.resume", OFF, "resume", "resume the subscription…", "Undo the cancellation.", _HERE, asks=True),
    Command(
        "overview.start",
        OFF,
        "start",
        "start a subscription…",
        "Start again, or move on from the free plan.",
        _HERE,
        asks=True,
    ),
    Command(
        "overview.month_later", OFF, "advance('P1M')", "Sandbox: a month later", "Move the sandbox clock on.", _HERE
    ),
    Command("overview.day_later", OFF, "advance('P1D')", "Sandbox: a day later", "Move the sandbox clock on.", _HERE),
    Command(
        "overview.decline_next",
        OFF,
        "decline",
        "Sandbox: decline the next payment",
        "The sandbox declines once.",
        _HERE,
    ),
    Command("users.new", "n", "new", "new…", "Add users by hand.", ("users",), show=True),
    Command("users.edit", "e", "edit", "edit…", "Edit name and position.", ("users",), show=True),
    Command("users.remove", "d", "remove", "remove…", "Remove the marked users.", ("users",), show=True, asks=True),
    Command("users.pay", "P", "pay", "pay…", "Pay for the marked users, or for all.", ("users",), show=True, asks=True),
    Command("users.import", "i", "import", "import…", "Import a file of people.", ("users",), show=True),
    Command("users.undo", "z", "undo", "undo", "Undo the last addition or removal.", ("users",), show=True),
    Command(
        "users.own_seat", "o", "own_seat", "own seat…", "Take a seat yourself, or give it up.", ("users",), asks=True
    ),
    Command("users.export", "E", "export", "export…", "Save the users as CSV or XLSX.", ("users",)),
    Command("users.template", "T", "template", "template…", "Save an empty file to fill in for an import.", ("users",)),
    Command("users.member", "m", "member", "profile", "Show the user's profile in Members.", ("users",)),
    Command(
        "transfers.accept",
        "a",
        "accept",
        "accept…",
        "Accept the marked requests.",
        ("transfers",),
        show=True,
        asks=True,
    ),
    Command(
        "transfers.decline",
        "x",
        "decline",
        "decline…",
        "Decline the marked requests; a reason may be given.",
        ("transfers",),
        show=True,
        asks=True,
    ),
    Command("transfers.undo", "z", "undo", "undo", "Undo your last decision (10 minutes).", ("transfers",), show=True),
    Command(
        "transfers.send",
        "t",
        "send",
        "send…",
        "Send a transfer request: ask somebody to join.",
        ("transfers",),
        show=True,
    ),
    Command(
        "transfers.resend", "m", "resend", "send again", "Send an outgoing request again.", ("transfers",), show=True
    ),
    Command(
        "transfers.cancel",
        "d",
        "cancel_sent",
        "cancel…",
        "Cancel an outgoing request.",
        ("transfers",),
        show=True,
        asks=True,
    ),
    Command(
        "transfers.next_side", "tab", "next_side", "side", "Incoming, outgoing, history.", ("transfers",), show=True
    ),
    Command(
        "transfers.previous_side",
        "shift+tab",
        "previous_side",
        "side",
        "The same, in reverse.",
        ("transfers",),
        palette=False,
    ),
    Command("codes.new", "n", "new", "new…", "Create an invitation code.", ("codes",), show=True),
    Command("codes.message", "m", "message", "message…", "A message to share the code.", ("codes",), show=True),
    Command("codes.switch", "x", "switch", "off or on", "Switch the code off, or on again.", ("codes",), show=True),
    Command("codes.edit", "e", "edit", "edit…", "Change its uses and its expiry.", ("codes",), show=True),
    Command(
        "codes.delete", "d", "delete", "delete…", "Delete the code; its users stay.", ("codes",), show=True, asks=True
    ),
    Command(
        "members.add",
        "a",
        "add",
        "add…",
        "Add to my subscription: the marked members.",
        ("members",),
        show=True,
        asks=True,
    ),
    Command("members.user", "u", "user", "user", "Show this member in the list of users.", ("members",), show=True),
    Command(
        "members.role", "e", "role", "role…", "Set a role, and an admin's limit.", ("members",), show=True, asks=True
    ),
    Command(
        "members.remove",
        "d",
        "remove",
        "remove…",
        "Remove a member from the organisation.",
        ("members",),
        show=True,
        asks=True,
    ),
    Command(
        "members.hand_over",
        "h",
        "hand_over",
        "hand over…",
        "Offer the subscription to this member, or withdraw that.",
        ("members",),
        show=True,
        asks=True,
    ),
    Command(
        "members.undo",
        "z",
        "undo",
        "undo…",
        "Undo the last addition, or bring a removed member back.",
        ("members",),
        show=True,
        asks=True,
    ),
    Command("billing.next_side", "tab", "next_side", "side", "Invoices, payments, forecast.", ("billing",), show=True),
    Command(
        "billing.previous_side",
        "shift+tab",
        "previous_side",
        "side",
        "The same, in reverse.",
        ("billing",),
        palette=False,
    ),
    Command(
        "billing.pay_overdue",
        "o",
        "pay_overdue",
        "pay overdue…",
        "Pay the overdue amount now.",
        ("billing",),
        show=True,
        asks=True,
    ),
    Command("activity.follow", "f", "follow", "follow", "Follow new events, or pause.", _ACTIVITY, show=True),
    Command(
        "activity.command",
        "C",
        "command",
        "command",
        "All events of the same command; Esc goes back.",
        _ACTIVITY,
        show=True,
    ),
    Command(
        "activity.object", "u", "object", "object", "Show what it is about, in its own area.", _ACTIVITY, show=True
    ),
    Command("activity.export", "E", "export", "export…", "Save the events that match the filter as CSV.", _ACTIVITY),
    Command(
        "imports.apply", "c", "apply", "import…", "Import: shows what will happen first.", _IMPORT, show=True, asks=True
    ),
    Command(
        "imports.undo", "z", "undo", "undo", "Remove those again who were imported.", _IMPORT, show=True, asks=True
    ),
    Command("imports.stop", "s", "stop", "stop", "Stop; what is done stays done. Also ctrl+c.", _IMPORT, show=True),
    Command("imports.mend", "e", "mend", "correct…", "Correct a row here; it is checked again.", _IMPORT, show=True),
    Command(
        "imports.next_verdict", "tab", "next_verdict(1)", "verdict", "Show the rows of one verdict.", _IMPORT, show=True
    ),
    Command(
        "imports.previous_verdict",
        "shift+tab",
        "next_verdict(-1)",
        "verdict",
        "The same, in reverse.",
        _IMPORT,
        palette=False,
    ),
    Command(
        "imports.transfers",
        "t",
        "transfers",
        "requests…",
        "Send a transfer request to each row that needs one.",
        _IMPORT,
        show=True,
        asks=True,
    ),
    Command("imports.save", "E", "save", "failed…", "Save the failed rows as a file.", _IMPORT, show=True),
    Command("imports.columns", "m", "columns", "columns…", "Choose what each column contains.", _IMPORT, show=True),
    Command(
        "imports.encoding", "o", "encoding", "encoding…", "Choose the file's encoding by its names.", _IMPORT, show=True
    ),
    Command("profile.down", "j,down", "move(1)", "down", "The next request.", _PROFILE, palette=False),
    Command("profile.up", "k,up", "move(-1)", "up", "The request above.", _PROFILE, palette=False),
    Command(
        "profile.accept",
        "a",
        "accept",
        "accept…",
        "Accept the request of an organisation.",
        _PROFILE,
        show=True,
        asks=True,
    ),
    Command(
        "profile.decline",
        "x",
        "decline",
        "decline…",
        "Decline it; a reason may be given.",
        _PROFILE,
        show=True,
        asks=True,
    ),
    Command(
        "profile.take_back",
        "d",
        "take_back",
        "undo…",
        "Withdraw your own request.",
        _PROFILE,
        show=True,
        asks=True,
    ),
    Command("profile.undo", "z", "undo", "undo", "Undo your last decision (10 minutes).", _PROFILE, show=True),
    Command("profile.code", "u", "use_code", "use a code…", "Use an invitation code.", _PROFILE, show=True),
    Command("profile.join", "t", "join", "ask to join…", "Ask to join an organisation.", _PROFILE, show=True),
    Command("profile.edit", "e", "edit", "edit…", "Edit your names and position.", _PROFILE, show=True),
    Command("profile.leave", "L", "leave", "leave…", "Leave the subscription you use.", _PROFILE, show=True, asks=True),
    Command(
        "profile.start",
        "s",
        "start",
        "start…",
        "Start an organisation of your own with a first subscription.",
        _PROFILE,
        show=True,
        asks=True,
    ),
    Command("app.overview", "1", "area('overview')", "Overview", "Go to My subscription.", _ALL),
    Command("app.users", "2", "area('users')", "Users", "Go to the List of users.", _ALL),
    Command("app.transfers", "3", "area('transfers')", "Transfers", "Go to the transfer requests.", _ALL),
    Command("app.codes", "5", "area('codes')", "Codes", "Go to the invitation codes.", _ALL),
    Command("app.members", "4", "area('members')", "Members", "Go to the directory of members.", _ALL),
    Command("app.billing", "6", "area('billing')", "Billing", "Go to invoices, payments and the forecast.", _ALL),
    Command("app.activity", "7", "area('activity')", "Activity", "Go to the activity: what happened.", _ALL),
    Command("app.profile", OFF, "area('profile')", "Profile", "Go to your own account.", _ALL),
    Command(
        "app.previous_area",
        "left_square_bracket",
        "next_area(-1)",
        "area left",
        "The area to the left.",
        _ALL,
        palette=False,
    ),
    Command(
        "app.next_area",
        "right_square_bracket",
        "next_area(1)",
        "area right",
        "The area to the right.",
        _ALL,
        palette=False,
    ),
    Command("app.refresh", "r", "screen.refresh_view", "refresh", "Reload this view.", _ALL),
    Command("app.refresh_all", "R", "refresh_all", "refresh all", "Reload everything.", _ALL),
    Command(
        "app.redraw",
        "ctrl+l",
        "redraw",
        "redraw",
        "Clear the terminal and redraw.",
        _ALL,
        priority=True,
    ),
    Command(
        "app.palette", "colon,ctrl+p", "command_palette", "commands", "Every command by name.", _ALL, palette=False
    ),
    Command("app.help", "question_mark,f1", "help", "help", "The keys of this screen.", _ALL, show=True),
    Command("app.escape", "escape", "escape", "close", "Close what is open. Never quits.", _ALL, palette=False),
    Command("app.back", "q", "back", "back", "Back; in an area: quit.", _ALL, palette=False),
    Command("app.cancel", "ctrl+c", "cancel", "cancel", "Cancel what is running.", _ALL, palette=False),
    Command("app.quit", "ctrl+q", "quit", "quit", "Quit; asks only when something is unfinished.", _ALL, priority=True),
    Command("dialog.yes", "y", "yes", "confirm", "Confirm the dialog.", (), palette=False),
    Command("dialog.cancel", "q,escape", "no", "cancel", "Close the dialog without doing anything.", (), palette=False),
)
"""All of them, in the order in which key bar and help show them."""
