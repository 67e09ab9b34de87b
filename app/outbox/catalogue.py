"""Every type of event. The feed, the webhooks and the documentation know no other."""

from enum import StrEnum


class EventType(StrEnum):
    """`<resource>.<what happened>`; the member's docstring in MEANINGS says when it is recorded."""

    PROVIDER_REGISTERED = "provider.registered"
    PROVIDER_CHANGED = "provider.changed"
    PROVIDER_PUBLISHED = "provider.published"
    PROVIDER_UNPUBLISHED = "provider.unpublished"
    SCHOOL_REGISTERED = "school.registered"
    SCHOOL_CHANGED = "school.changed"
    COUNCIL_CHANGED = "council.changed"
    CONTACTS_REPLACED = "contacts.replaced"
    CALENDAR_PUBLISHED = "calendar.published"
    CALENDAR_CHANGED = "calendar.changed"
    PUPIL_REGISTERED = "pupil.registered"
    PUPIL_CHANGED = "pupil.changed"
    PUPIL_REMOVED = "pupil.removed"
    PLACEMENT_REMOVED = "placement.removed"
    FRAMEWORK_OPENED = "framework.opened"
    FRAMEWORK_CHANGED = "framework.changed"
    FRAMEWORK_EXTENDED = "framework.extended"
    FRAMEWORK_WINDOW_SET = "framework-window.set"
    LOT_ADDED = "lot.added"
    LOT_CHANGED = "lot.changed"
    LOT_APPLICATION_SUBMITTED = "lot-application.submitted"
    LOT_APPLICATION_EVALUATED = "lot-application.evaluated"
    LOT_APPLICATION_AWARDED = "lot-application.awarded"
    LOT_APPLICATION_NOT_AWARDED = "lot-application.not-awarded"
    LOT_APPLICATION_WITHDRAWN = "lot-application.withdrawn"
    LOT_AWARDED = "lot-award.made"
    LOT_AWARD_SHORTENED = "lot-award.shortened"
    REFERRAL_REQUESTED = "referral.requested"
    REFERRAL_CHANGED = "referral.changed"
    REFERRAL_TAKEN_UP = "referral.taken-up"
    REFERRAL_DECLINED = "referral.declined"
    REFERRAL_WITHDRAWN = "referral.withdrawn"
    REFERRAL_NOT_PLACED = "referral.not-placed"
    REFERRAL_PLACED = "referral.placed"
    OFFER_MADE = "referral-offer.made"
    OFFER_ACCEPTED = "referral-offer.accepted"
    OFFER_DECLINED = "referral-offer.declined"
    OFFER_WITHDRAWN = "referral-offer.withdrawn"
    OFFER_LAPSED = "referral-offer.lapsed"
    REFERRAL_REMOVED = "referral.removed"
    OFFER_REMOVED = "referral-offer.removed"
    LOT_AWARD_PLACES_CHANGED = "lot-award.places-changed"
    LOT_AWARD_EXPIRING = "lot-award.expiring"
    LOT_AWARD_EXPIRED = "lot-award.expired"
    LOT_AWARD_SUSPENDED = "lot-award-suspension.made"
    LOT_AWARD_SUSPENSION_LIFTED = "lot-award-suspension.lifted"
    INSURANCE_GIVEN = "insurance-certificate.given"
    INSURANCE_WITHDRAWN = "insurance-certificate.withdrawn"
    INSURANCE_EXPIRING = "insurance-certificate.expiring"
    INSURANCE_LAPSED = "insurance-certificate.lapsed"
    CONFIRMATION_GIVEN = "safeguarding-confirmation.given"
    CONFIRMATION_STAFF_CHANGED = "safeguarding-confirmation.staff-changed"
    CONFIRMATION_EXPIRING = "safeguarding-confirmation.expiring"
    CONFIRMATION_LAPSED = "safeguarding-confirmation.lapsed"
    PLACEMENT_PROPOSED = "placement.proposed"
    PLACEMENT_ACCEPTED = "placement.accepted"
    PLACEMENT_DECLINED = "placement.declined"
    PLACEMENT_WITHDRAWN = "placement.withdrawn"
    PLACEMENT_STARTED = "placement.started"
    PLACEMENT_FACTS_STATED = "placement.facts-stated"
    PLACEMENT_ENDED = "placement.ended"
    PLACEMENT_RELEASED = "placement.released"
    PLACEMENT_SUCCEEDED = "placement.succeeded"
    PLACEMENT_CONTACTS_REPLACED = "placement.contacts-replaced"
    VIEWERS_CHANGED = "placement.viewers-changed"
    CHECK_RECORDED = "host-school-check.recorded"
    REVIEW_RECORDED = "review.recorded"
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
    PART_TIME_PLAN_PROPOSED = "part-time-plan.proposed"
    PART_TIME_PLAN_AGREED = "part-time-plan.agreed"
    PART_TIME_PLAN_REFUSED = "part-time-plan.refused"
    PART_TIME_PLAN_WITHDRAWN = "part-time-plan.withdrawn"
    PART_TIME_PLAN_LAPSED = "part-time-plan.lapsed"
    PART_TIME_PLAN_REVIEWED = "part-time-plan.reviewed"
    PART_TIME_PLAN_EXTENDED = "part-time-plan.extended"
    PART_TIME_PLAN_SHORTENED = "part-time-plan.shortened"
    PART_TIME_PLAN_ENDED = "part-time-plan.ended"
    CLOCK_DUE = "clock.due"
    CLOCK_OVERDUE = "clock.overdue"
    TERMINATION_NOTICE_GIVEN = "termination-notice.given"
    TERMINATION_NOTICE_WITHDRAWN = "termination-notice.withdrawn"
    OUTCOME_RECORDED = "outcome.recorded"
    OUTCOME_CORRECTED = "outcome.corrected"
    LEAVER_DESTINATION_RECORDED = "leaver-destination.recorded"
    LEAVER_DESTINATION_CORRECTED = "leaver-destination.corrected"
    SUSTAINED_CHECK_DUE = "sustained-check.due"
    SUSTAINED_CHECK_RECORDED = "sustained-check.recorded"
    DUAL_REGISTRATION_RECORDED = "dual-registration.recorded"
    DUAL_REGISTRATION_ENDED = "dual-registration.ended"
    DUAL_REGISTRATION_WITHDRAWN = "dual-registration.withdrawn"
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
    ATTENDANCE_SUGGESTED_ANEW = "attendance.suggested-anew"
    REGISTER_CODE_ENTERED = "register-code.entered"
    ATTENDANCE_WAIVED = "attendance.waived"
    ALERT_RAISED = "absconding-alert.raised"
    ALERT_ACKNOWLEDGED = "absconding-alert.acknowledged"
    ALERT_CALL_NEEDED = "absconding-alert.call-needed"
    ALERT_ESCALATED = "absconding-alert.escalated"
    ALERT_CALL_LOGGED = "absconding-alert.call-logged"
    ALERT_FOUND = "absconding-alert.found"
    ALERT_CLOSED = "absconding-alert.closed"
    EMAIL_NOT_DELIVERED = "email-delivery.not-delivered"
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
    WEBHOOK_ENDPOINT_ENABLED = "webhook-endpoint.enabled"
    WEBHOOK_ENDPOINT_DISABLED = "webhook-endpoint.disabled"
    WEBHOOK_ENDPOINT_REMOVED = "webhook-endpoint.removed"
    TOOLKIT_ASSESSMENT_COMPLETED = "toolkit-assessment.completed"


MEANINGS: dict[EventType, str] = {
    EventType.PROVIDER_REGISTERED: "A council registered a provider.",
    EventType.PROVIDER_CHANGED: "A provider's directory entry changed, its sites and identifiers included.",
    EventType.PROVIDER_PUBLISHED: "A provider's directory entry is shown to more readers than before.",
    EventType.PROVIDER_UNPUBLISHED: "A provider's directory entry is shown to fewer readers than before, or to none.",
    EventType.SCHOOL_REGISTERED: "A council registered a school.",
    EventType.SCHOOL_CHANGED: "The identifiers of a school were replaced.",
    EventType.COUNCIL_CHANGED: "The identifiers of a council were replaced.",
    EventType.CONTACTS_REPLACED: "An organisation replaced its contacts.",
    EventType.CALENDAR_PUBLISHED: "The organisation published a calendar.",
    EventType.CALENDAR_CHANGED: "A calendar changed; all who see placements under it are told, whose sessions follow.",
    EventType.PUPIL_REGISTERED: "The organisation registered a pupil; it alone is told.",
    EventType.PUPIL_CHANGED: "The organisation corrected a pupil, or named another home council; it alone is told.",
    EventType.PUPIL_REMOVED: "The pupil's identity was severed: erase what you hold under this id.",
    EventType.PLACEMENT_REMOVED: "The placement's child has another identity: erase what you hold under this id.",
    EventType.REFERRAL_REMOVED: "The referral's child has another identity: erase what you hold under this id.",
    EventType.OFFER_REMOVED: "The offer's child has another identity: erase what you hold under this id.",
    EventType.FRAMEWORK_OPENED: "The council opened a framework.",
    EventType.FRAMEWORK_CHANGED: "The council changed a framework's name or what placements under it require.",
    EventType.FRAMEWORK_EXTENDED: "The council made an extension of a framework; its last day moved.",
    EventType.FRAMEWORK_WINDOW_SET: "The council set or moved a window in which providers may apply.",
    EventType.LOT_ADDED: "The council added a lot to a framework.",
    EventType.LOT_CHANGED: "The council changed what a lot is for; its standing holders are told too.",
    EventType.LOT_APPLICATION_SUBMITTED: "A provider applied for a lot; it and the council alone are told.",
    EventType.LOT_APPLICATION_EVALUATED: "The council recorded its evaluation; the council alone is told.",
    EventType.LOT_APPLICATION_AWARDED: "The lot is awarded to the applicant; the evaluation is open to it.",
    EventType.LOT_APPLICATION_NOT_AWARDED: "The lot is not awarded to the applicant, who reads why.",
    EventType.LOT_APPLICATION_WITHDRAWN: "The provider withdrew its application.",
    EventType.LOT_AWARDED: "A council awarded a lot to a provider.",
    EventType.LOT_AWARD_SHORTENED: "The council brought the end of an award forward.",
    EventType.REFERRAL_REQUESTED: "A school or council asks for a place for a child; its requesting side is told.",
    EventType.REFERRAL_CHANGED: "What is wanted changed, while nothing was offered.",
    EventType.REFERRAL_TAKEN_UP: "The council that a school asked takes the referral up.",
    EventType.REFERRAL_DECLINED: "The council that a school asked declines to commission, with a reason.",
    EventType.REFERRAL_WITHDRAWN: "Whoever requested the referral withdrew it; offers that stood went with it.",
    EventType.REFERRAL_NOT_PLACED: "The commissioner found no place and ends the referral, with a reason.",
    EventType.REFERRAL_PLACED: "A provider accepted an offer; the referral names the placement.",
    EventType.OFFER_MADE: "A provider is asked to take a child on; it and the referral's requesting side are told.",
    EventType.OFFER_ACCEPTED: "The provider accepted; the placement exists and is accepted.",
    EventType.OFFER_DECLINED: "The provider declined, with a reason.",
    EventType.OFFER_WITHDRAWN: "The offer does not stand any more; its provider need not answer.",
    EventType.OFFER_LAPSED: "The provider had not answered by `answer_by`.",
    EventType.LOT_AWARD_PLACES_CHANGED: "The council changed an award's capacity, or the provider its vacancies.",
    EventType.LOT_AWARD_EXPIRING: "An award ends within 30 days, and none of the same lot follows it.",
    EventType.LOT_AWARD_EXPIRED: "An award's last day has passed, and none of the same lot follows it.",
    EventType.LOT_AWARD_SUSPENDED: "The council suspended an award for some days.",
    EventType.LOT_AWARD_SUSPENSION_LIFTED: "The council lifted the suspension of an award.",
    EventType.INSURANCE_GIVEN: "A provider gave an insurance certificate.",
    EventType.INSURANCE_WITHDRAWN: "A provider withdrew an insurance certificate: it holds no longer.",
    EventType.INSURANCE_EXPIRING: "An insurance ends within 30 days, and no certificate follows it.",
    EventType.INSURANCE_LAPSED: "An insurance has lapsed, and no certificate follows it.",
    EventType.CONFIRMATION_GIVEN: "A provider confirmed its safeguarding checks; who sees a placement with it is told.",
    EventType.CONFIRMATION_STAFF_CHANGED: "A provider's staff changed: its safeguarding confirmation wants renewing.",
    EventType.CONFIRMATION_EXPIRING: "A safeguarding confirmation ends within 30 days and is not renewed.",
    EventType.CONFIRMATION_LAPSED: "A safeguarding confirmation has lapsed and was not renewed.",
    EventType.PLACEMENT_PROPOSED: "A commissioner proposed a placement to a provider.",
    EventType.PLACEMENT_ACCEPTED: "The provider accepted; the expected sessions exist from now on.",
    EventType.PLACEMENT_DECLINED: "The provider declined, with a reason.",
    EventType.PLACEMENT_WITHDRAWN: "The commissioner withdrew its proposal, or all called the placement off.",
    EventType.PLACEMENT_STARTED: "The placement's first day has come.",
    EventType.PLACEMENT_FACTS_STATED: "The commissioner stated facts that clocks depend on.",
    EventType.PLACEMENT_ENDED: "The placement's last day has passed.",
    EventType.PLACEMENT_RELEASED: "The commissioner released the placement to one that may take it over.",
    EventType.PLACEMENT_SUCCEEDED: "Another placement takes over from this one, which ends the day before.",
    EventType.PLACEMENT_CONTACTS_REPLACED: "A party replaced its contacts and named services of a placement.",
    EventType.VIEWERS_CHANGED: "Another home council sees the placement from a day on.",
    EventType.CHECK_RECORDED: "The host school recorded a check on its pupil, or corrected one.",
    EventType.REVIEW_RECORDED: "A review of the placement was recorded; its objectives or next step may have changed.",
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
    EventType.PART_TIME_PLAN_PROPOSED: "Host school or commissioner proposes a part-time timetable, and agrees to it.",
    EventType.PART_TIME_PLAN_AGREED: "All who must agree have agreed: the plan's sessions are not expected.",
    EventType.PART_TIME_PLAN_REFUSED: "A party refused: there is no part-time plan.",
    EventType.PART_TIME_PLAN_WITHDRAWN: "Its party withdrew the proposal, or the placement ends before it begins.",
    EventType.PART_TIME_PLAN_LAPSED: "Its first day came before everybody had agreed: there is no part-time plan.",
    EventType.PART_TIME_PLAN_REVIEWED: "A review of the plan was recorded.",
    EventType.PART_TIME_PLAN_EXTENDED: "The plan that follows it is agreed.",
    EventType.PART_TIME_PLAN_SHORTENED: "The placement ends before the plan's last day; it ends with it.",
    EventType.PART_TIME_PLAN_ENDED: "The plan was formally ended: sessions that had not begun are expected again.",
    EventType.CLOCK_DUE: "A clock of a placement or of a provider is due soon.",
    EventType.CLOCK_OVERDUE: "A clock of a placement or of a provider has passed its day.",
    EventType.TERMINATION_NOTICE_GIVEN: "A party gave notice; the placement's last day changed with it.",
    EventType.TERMINATION_NOTICE_WITHDRAWN: "The party withdrew its notice; the end without it stands again.",
    EventType.OUTCOME_RECORDED: "The commissioner recorded how a placement came out.",
    EventType.OUTCOME_CORRECTED: "The commissioner corrected an outcome; the statement before is superseded.",
    EventType.LEAVER_DESTINATION_RECORDED: "A party recorded where a pupil went after year 11.",
    EventType.LEAVER_DESTINATION_CORRECTED: "A party corrected a leaver's destination.",
    EventType.SUSTAINED_CHECK_DUE: "Two full terms after a move are over: say whether it was sustained.",
    EventType.SUSTAINED_CHECK_RECORDED: "A party recorded whether a move was sustained.",
    EventType.DUAL_REGISTRATION_RECORDED: "A party recorded that a pupil is on two rolls.",
    EventType.DUAL_REGISTRATION_ENDED: "A dual registration has another last day.",
    EventType.DUAL_REGISTRATION_WITHDRAWN: "A dual registration was recorded in error.",
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
    EventType.ATTENDANCE_SUGGESTED_ANEW: "What is known of sessions changed: other codes are suggested.",
    EventType.REGISTER_CODE_ENTERED: "A host school told the code that it entered in its register.",
    EventType.ATTENDANCE_WAIVED: "A day was closed on the day or after it: its sessions are expected no longer.",
    EventType.ALERT_RAISED: "A pupil left without permission.",
    EventType.ALERT_ACKNOWLEDGED: "A named person acknowledged an alert.",
    EventType.ALERT_CALL_NEEDED: "One of those to be told has no email address: the provider must phone.",
    EventType.ALERT_ESCALATED: "Nobody acknowledged a notification in time, or the call to the police is overdue.",
    EventType.ALERT_CALL_LOGGED: "A call about an alert was logged.",
    EventType.ALERT_FOUND: "The pupil was found.",
    EventType.ALERT_CLOSED: "The alert was closed with its timeline.",
    EventType.EMAIL_NOT_DELIVERED: "An email about attendance has no address to go to, or was given up.",
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
    EventType.WEBHOOK_ENDPOINT_ENABLED: "A webhook endpoint was proved: events from now on are sent to it.",
    EventType.WEBHOOK_ENDPOINT_DISABLED: "A webhook endpoint was disabled: by hand, as gone, or for failing for days.",
    EventType.WEBHOOK_ENDPOINT_REMOVED: "A webhook endpoint was removed.",
    EventType.TOOLKIT_ASSESSMENT_COMPLETED: "Every area of a toolkit assessment is addressed.",
}
