"""What a client may be allowed to do. A scope opens operations, never records: those follow from the organisation."""

from enum import StrEnum


class Scope(StrEnum):
    DIRECTORY_READ = "directory:read"
    DIRECTORY_WRITE = "directory:write"
    FRAMEWORKS_READ = "frameworks:read"
    FRAMEWORKS_WRITE = "frameworks:write"
    CALENDARS_READ = "calendars:read"
    CALENDARS_WRITE = "calendars:write"
    PUPILS_READ = "pupils:read"
    PUPILS_READ_UPN = "pupils:read-upn"
    PUPILS_WRITE = "pupils:write"
    PUPILS_SEVER = "pupils:sever"
    REFERRALS_READ = "referrals:read"
    REFERRALS_WRITE = "referrals:write"
    PLACEMENTS_READ = "placements:read"
    PLACEMENTS_WRITE = "placements:write"
    AGREEMENTS_WRITE = "agreements:write"
    ATTENDANCE_READ = "attendance:read"
    ATTENDANCE_WRITE = "attendance:write"
    ALERTS_READ = "alerts:read"
    ALERTS_WRITE = "alerts:write"
    REPORTS_READ = "reports:read"
    REPORTS_WRITE = "reports:write"
    QA_READ = "qa:read"
    QA_WRITE = "qa:write"
    TOOLKIT_READ = "toolkit:read"
    TOOLKIT_WRITE = "toolkit:write"
    ATTACHMENTS_READ = "attachments:read"
    ATTACHMENTS_WRITE = "attachments:write"
    IMPORTS_READ = "imports:read"
    IMPORTS_WRITE = "imports:write"
    EVENTS_READ = "events:read"
    WEBHOOKS_READ = "webhooks:read"
    WEBHOOKS_WRITE = "webhooks:write"
    CLIENTS_READ = "clients:read"
    CLIENTS_WRITE = "clients:write"
    SANDBOX = "sandbox:clock"


KNOWN_SCOPES = frozenset(scope.value for scope in Scope)

MEANINGS: dict[Scope, str] = {
    Scope.DIRECTORY_READ: "Read councils, schools, providers, their sites and identifiers.",
    Scope.DIRECTORY_WRITE: "Register schools and providers; keep one's own entry and contacts.",
    Scope.FRAMEWORKS_READ: "Read frameworks, lots, applications and awards; what providers assure.",
    Scope.FRAMEWORKS_WRITE: "Keep one's own frameworks, lots, awards and applications; what one assures.",
    Scope.CALENDARS_READ: "Read calendars: half-terms and closures.",
    Scope.CALENDARS_WRITE: "Keep one's own calendars.",
    Scope.PUPILS_READ: "Read pupils whose placements the organisation may see, without their UPN.",
    Scope.PUPILS_READ_UPN: "See a pupil's UPN as well.",
    Scope.PUPILS_WRITE: "Register pupils.",
    Scope.PUPILS_SEVER: "Sever a pupil's identity: a new pupil, with no link to the old one.",
    Scope.PLACEMENTS_READ: "Read placements and all that happens in them, from timetables to their end.",
    Scope.PLACEMENTS_WRITE: "Propose, accept and end placements; ask for what needs agreement; keep their records.",
    Scope.REFERRALS_READ: "Read referrals, their offers and their history.",
    Scope.REFERRALS_WRITE: "Request, take up and offer referrals; answer the offers made to one's own organisation.",
    Scope.AGREEMENTS_WRITE: "Agree or refuse for one's own organisation; ask to extend, or to end at once.",
    Scope.ATTENDANCE_READ: "Read expected sessions and marks.",
    Scope.ATTENDANCE_WRITE: "Submit attendance.",
    Scope.ALERTS_READ: "Read absconding alerts and their notifications.",
    Scope.ALERTS_WRITE: "Raise absconding alerts; log calls, acknowledge, resolve.",
    Scope.REPORTS_READ: "Read report forms, progress reports, teaching observations and qualifications.",
    Scope.REPORTS_WRITE: "Publish report forms; write and settle reports; record observations and qualifications.",
    Scope.QA_READ: "Read QA frameworks, visits, annual returns, action plans and concerns, and what is due.",
    Scope.QA_WRITE: "Visit providers; ask for and make annual returns; keep action plans; raise and answer concerns.",
    Scope.TOOLKIT_READ: "Read toolkit assessments.",
    Scope.TOOLKIT_WRITE: "Write toolkit assessments.",
    Scope.ATTACHMENTS_READ: "Read what is attached to whatever the client may read.",
    Scope.ATTACHMENTS_WRITE: "Attach files to what the client may write; withdraw them.",
    Scope.IMPORTS_READ: "Read the reports of one's own organisation's imports.",
    Scope.IMPORTS_WRITE: "Import files, of what the client may also make one by one.",
    Scope.EVENTS_READ: "Read the feed of events.",
    Scope.WEBHOOKS_READ: "See one's own organisation's webhook endpoints, and what was delivered to them.",
    Scope.WEBHOOKS_WRITE: "Keep webhook endpoints, which are told whatever the feed tells; have messages sent again.",
    Scope.CLIENTS_READ: "See one's own organisation's API clients.",
    Scope.CLIENTS_WRITE: "Create and revoke one's own organisation's API clients and keys.",
    Scope.SANDBOX: "Read and move the sandbox's clock; read the emails it caught.",
}
