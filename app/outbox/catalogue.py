"""Every type of event. The feed, the webhooks and the documentation know no other."""

from enum import StrEnum


class EventType(StrEnum):
    """`<resource>.<what happened>`; the member's docstring in MEANINGS says when it is recorded."""

    PROVIDER_REGISTERED = "provider.registered"
    PROVIDER_CHANGED = "provider.changed"
    SCHOOL_REGISTERED = "school.registered"
    CONTACTS_REPLACED = "contacts.replaced"
    CALENDAR_PUBLISHED = "calendar.published"
    CALENDAR_CHANGED = "calendar.changed"
    PUPIL_REGISTERED = "pupil.registered"
    PUPIL_REMOVED = "pupil.removed"
    PLACEMENT_REMOVED = "placement.removed"
    FRAMEWORK_OPENED = "framework.opened"
    LOT_ADDED = "lot.added"
    LOT_AWARDED = "lot-award.made"
    LOT_AWARD_SHORTENED = "lot-award.shortened"
    PLACEMENT_PROPOSED = "placement.proposed"
    PLACEMENT_ACCEPTED = "placement.accepted"
    PLACEMENT_DECLINED = "placement.declined"
    PLACEMENT_WITHDRAWN = "placement.withdrawn"
    PLACEMENT_STARTED = "placement.started"
    PLACEMENT_ENDED = "placement.ended"
    TIMETABLE_CHANGED = "timetable.changed"
    SUSPENSION_REQUESTED = "suspension.requested"
    SUSPENSION_AGREEMENT = "suspension.agreement-recorded"
    SUSPENSION_AGREED = "suspension.agreed"
    SUSPENSION_REFUSED = "suspension.refused"
    SUSPENSION_WITHDRAWN = "suspension.withdrawn"
    SUSPENSION_LAPSED = "suspension.lapsed"
    SUSPENSION_SHORTENED = "suspension.shortened"
    EARLY_DEPARTURE_REQUESTED = "early-departure.requested"
    EARLY_DEPARTURE_AGREEMENT = "early-departure.agreement-recorded"
    EARLY_DEPARTURE_CONSENT = "early-departure.consent-recorded"
    EARLY_DEPARTURE_AGREED = "early-departure.agreed"
    EARLY_DEPARTURE_REFUSED = "early-departure.refused"
    EARLY_DEPARTURE_WITHDRAWN = "early-departure.withdrawn"
    EARLY_DEPARTURE_LAPSED = "early-departure.lapsed"
    EARLY_DEPARTURE_DEPARTED = "early-departure.departed"
    UNAGREED_ABSENCE_REPORTED = "unagreed-absence.reported"
    UNAGREED_ABSENCE_NOTED = "unagreed-absence.note-added"
    UNAGREED_ABSENCE_REVIEWED = "unagreed-absence.reviewed"
    TERMINATION_NOTICE_GIVEN = "termination-notice.given"
    TERMINATION_NOTICE_WITHDRAWN = "termination-notice.withdrawn"
    IMMEDIATE_TERMINATION_REQUESTED = "immediate-termination.requested"
    IMMEDIATE_TERMINATION_AGREEMENT = "immediate-termination.agreement-recorded"
    IMMEDIATE_TERMINATION_AGREED = "immediate-termination.agreed"
    IMMEDIATE_TERMINATION_REFUSED = "immediate-termination.refused"
    IMMEDIATE_TERMINATION_WITHDRAWN = "immediate-termination.withdrawn"
    IMMEDIATE_TERMINATION_LAPSED = "immediate-termination.lapsed"
    EXTENSION_REQUESTED = "extension.requested"
    EXTENSION_AGREEMENT = "extension.agreement-recorded"
    EXTENSION_AGREED = "extension.agreed"
    EXTENSION_REFUSED = "extension.refused"
    EXTENSION_WITHDRAWN = "extension.withdrawn"
    EXTENSION_LAPSED = "extension.lapsed"
    ATTENDANCE_RECEIVED = "attendance.received"
    ATTENDANCE_MISSING = "attendance.missing"
    ALERT_RAISED = "absconding-alert.raised"
    ALERT_ACKNOWLEDGED = "absconding-alert.acknowledged"
    ALERT_CALL_NEEDED = "absconding-alert.call-needed"
    ALERT_ESCALATED = "absconding-alert.escalated"
    ALERT_CALL_LOGGED = "absconding-alert.call-logged"
    ALERT_FOUND = "absconding-alert.found"
    ALERT_CLOSED = "absconding-alert.closed"
    REPORT_FORM_PUBLISHED = "report-form.published"
    REPORT_SUBMITTED = "progress-report.submitted"
    REPORT_RETURNED = "progress-report.returned"
    REPORT_ACCEPTED = "progress-report.accepted"
    QA_FRAMEWORK_MADE = "qa-framework.made"
    QA_VISIT_PLANNED = "qa-visit.planned"
    QA_VISIT_CARRIED_OUT = "qa-visit.carried-out"
    QA_VISIT_FINDINGS = "qa-visit.findings-recorded"
    QA_VISIT_REPORTED = "qa-visit.reported"
    QA_VISIT_ANSWERED = "qa-visit.answered"
    QA_VISIT_PUBLISHED = "qa-visit.published"
    QA_VISIT_CANCELLED = "qa-visit.cancelled"
    QA_ACTION_CHANGED = "qa-action.changed"
    TOOLKIT_ASSESSMENT_COMPLETED = "toolkit-assessment.completed"


MEANINGS: dict[EventType, str] = {
    EventType.PROVIDER_REGISTERED: "A council registered a provider.",
    EventType.PROVIDER_CHANGED: "A provider's directory entry changed, its sites included.",
    EventType.SCHOOL_REGISTERED: "A council registered a school.",
    EventType.CONTACTS_REPLACED: "An organisation replaced its contacts.",
    EventType.CALENDAR_PUBLISHED: "The organisation published a calendar.",
    EventType.CALENDAR_CHANGED: "A calendar changed; all who see placements under it are told, whose sessions follow.",
    EventType.PUPIL_REGISTERED: "The organisation registered a pupil; it alone is told.",
    EventType.PUPIL_REMOVED: "The pupil's identity was severed: erase what you hold under this id.",
    EventType.PLACEMENT_REMOVED: "The placement's child has another identity: erase what you hold under this id.",
    EventType.FRAMEWORK_OPENED: "The council opened a framework.",
    EventType.LOT_ADDED: "The council added a lot to a framework.",
    EventType.LOT_AWARDED: "A council awarded a lot to a provider.",
    EventType.LOT_AWARD_SHORTENED: "The council brought the end of an award forward.",
    EventType.PLACEMENT_PROPOSED: "A commissioner proposed a placement to a provider.",
    EventType.PLACEMENT_ACCEPTED: "The provider accepted; the expected sessions exist from now on.",
    EventType.PLACEMENT_DECLINED: "The provider declined, with a reason.",
    EventType.PLACEMENT_WITHDRAWN: "The commissioner withdrew its proposal, or all called the placement off.",
    EventType.PLACEMENT_STARTED: "The placement's first day has come.",
    EventType.PLACEMENT_ENDED: "The placement's last day has passed.",
    EventType.TIMETABLE_CHANGED: "A new timetable version applies from a day; expected sessions changed with it.",
    EventType.SUSPENSION_REQUESTED: "The provider asks for agreement to a suspension.",
    EventType.SUSPENSION_AGREEMENT: "One party agreed; another's agreement is still needed.",
    EventType.SUSPENSION_AGREED: "All who must agree have agreed: the suspension will take effect.",
    EventType.SUSPENSION_REFUSED: "A party refused: there is no suspension.",
    EventType.SUSPENSION_WITHDRAWN: "The provider withdrew it, or the placement ends before it begins.",
    EventType.SUSPENSION_LAPSED: "The first day came before everybody had agreed: there is no suspension.",
    EventType.SUSPENSION_SHORTENED: "The placement ends before the suspension's last day; it ends with it.",
    EventType.EARLY_DEPARTURE_REQUESTED: "The provider asks to send a pupil home before the day is over.",
    EventType.EARLY_DEPARTURE_AGREEMENT: "The school agreed; the parents' consent is still needed.",
    EventType.EARLY_DEPARTURE_CONSENT: "The provider recorded a parent's consent; another's word is still needed.",
    EventType.EARLY_DEPARTURE_AGREED: "School and parents agree: the pupil may leave at the time asked for.",
    EventType.EARLY_DEPARTURE_REFUSED: "The school or a parent refused: the pupil stays.",
    EventType.EARLY_DEPARTURE_WITHDRAWN: "The provider withdrew it, or the placement ends before that day.",
    EventType.EARLY_DEPARTURE_LAPSED: "The leaving time came before everybody had agreed: the pupil stays.",
    EventType.EARLY_DEPARTURE_DEPARTED: "The pupil left, by agreement.",
    EventType.UNAGREED_ABSENCE_REPORTED: "A party reported a pupil sent home or kept away without agreement.",
    EventType.UNAGREED_ABSENCE_NOTED: "A party added a note to a report of an absence without agreement.",
    EventType.UNAGREED_ABSENCE_REVIEWED: "The commissioner reviewed a report of an absence without agreement.",
    EventType.TERMINATION_NOTICE_GIVEN: "A party gave notice; the placement's last day changed with it.",
    EventType.TERMINATION_NOTICE_WITHDRAWN: "The party withdrew its notice; the end without it stands again.",
    EventType.IMMEDIATE_TERMINATION_REQUESTED: "A party asks that the placement end at once, and agrees itself.",
    EventType.IMMEDIATE_TERMINATION_AGREEMENT: "One party agreed; another's agreement is still needed.",
    EventType.IMMEDIATE_TERMINATION_AGREED: "Both sides agreed: the placement's last day changed with it.",
    EventType.IMMEDIATE_TERMINATION_REFUSED: "A party refused: the placement goes on as it was.",
    EventType.IMMEDIATE_TERMINATION_WITHDRAWN: "Whoever asked withdrew it, or the placement ends no later anyway.",
    EventType.IMMEDIATE_TERMINATION_LAPSED: "The day that it names was over before everybody had agreed.",
    EventType.EXTENSION_REQUESTED: "A party asks for a later planned end, and agrees itself.",
    EventType.EXTENSION_AGREEMENT: "One party agreed; another's agreement is still needed.",
    EventType.EXTENSION_AGREED: "Both sides agreed: the planned end moved, and the last day unless notice stands.",
    EventType.EXTENSION_REFUSED: "A party refused: the planned end stays.",
    EventType.EXTENSION_WITHDRAWN: "Whoever asked withdrew it, or all agreed to end the placement at once.",
    EventType.EXTENSION_LAPSED: "The placement ended before everybody had agreed.",
    EventType.ATTENDANCE_RECEIVED: "A provider's submission changed marks that the reader may see.",
    EventType.ATTENDANCE_MISSING: "Sessions passed their deadline with nothing received.",
    EventType.ALERT_RAISED: "A pupil left without permission.",
    EventType.ALERT_ACKNOWLEDGED: "A named person acknowledged an alert.",
    EventType.ALERT_CALL_NEEDED: "One of those to be told has no email address: the provider must phone.",
    EventType.ALERT_ESCALATED: "Nobody acknowledged a notification in time, or the call to the police is overdue.",
    EventType.ALERT_CALL_LOGGED: "A call about an alert was logged.",
    EventType.ALERT_FOUND: "The pupil was found.",
    EventType.ALERT_CLOSED: "The alert was closed with its timeline.",
    EventType.REPORT_FORM_PUBLISHED: "A council published a version of a report form.",
    EventType.REPORT_SUBMITTED: "A provider submitted a progress report.",
    EventType.REPORT_RETURNED: "The commissioner asked for changes to a progress report.",
    EventType.REPORT_ACCEPTED: "The commissioner accepted a progress report.",
    EventType.QA_FRAMEWORK_MADE: "The council made a QA framework.",
    EventType.QA_VISIT_PLANNED: "A council planned a visit to a provider.",
    EventType.QA_VISIT_CARRIED_OUT: "The visit took place; what it found is written up.",
    EventType.QA_VISIT_FINDINGS: "The council recorded what a visit found; the council alone is told.",
    EventType.QA_VISIT_REPORTED: "The visit's report is with the provider.",
    EventType.QA_VISIT_ANSWERED: "The provider answered a visit's report, or changed its answer.",
    EventType.QA_VISIT_PUBLISHED: "The visit's report is published to the council's schools.",
    EventType.QA_VISIT_CANCELLED: "The council cancelled a planned visit.",
    EventType.QA_ACTION_CHANGED: "An action of a visit was set, done, reopened or closed.",
    EventType.TOOLKIT_ASSESSMENT_COMPLETED: "Every area of a toolkit assessment is addressed.",
}
