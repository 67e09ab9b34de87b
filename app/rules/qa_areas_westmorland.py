"""The six sections by which Westmorland & Furness looks at a provider; the criteria are in our own words.

Source: Westmorland & Furness AP quality assurance documents, read in the primary source, for the sections.
"""

from app.rules.qa_areas import Area, Criterion

WESTMORLAND_SECTIONS: tuple[Area, ...] = (
    Area(
        "leadership-and-management",
        "Leadership and management",
        (
            Criterion("aims-known", "Leaders, staff and pupils know what the provision is for, and for whom."),
            Criterion("roles-clear", "Who is responsible for what is written down, and somebody stands in for each."),
            Criterion(
                "safer-recruitment", "Everybody is checked before working with pupils, and the checks are on record."
            ),
            Criterion("staff-supported", "Staff are inducted, supervised and trained for the pupils that they teach."),
            Criterion("self-assessment-used", "Leaders look at their own work every year, and act on what they see."),
            Criterion("premises-suitable", "Premises and equipment are safe and suited to what is taught there."),
            Criterion("insurance-in-force", "Insurance covers all that the provider does, and is renewed in time."),
        ),
    ),
    Area(
        "safeguarding",
        "Safeguarding",
        (
            Criterion("lead-and-deputy", "A trained safeguarding lead and a deputy are named, and known to pupils."),
            Criterion("policy-follows-guidance", "The safeguarding policy follows this year's national guidance."),
            Criterion(
                "concerns-passed-on", "Concerns reach the host school and the services that must know, on the day."
            ),
            Criterion("attendance-reported", "Attendance is reported every day, and absence is asked after at once."),
            Criterion("online-safety", "Pupils are kept safe online, on the provider's devices and on their own."),
            Criterion("allegations", "Staff know what to do about an allegation against one of them."),
        ),
    ),
    Area(
        "information-sharing-and-data-protection",
        "Information sharing and data protection",
        (
            Criterion(
                "information-before-start", "What is known of a pupil is asked for and read before its first day."
            ),
            Criterion("lawful-sharing", "It is agreed in writing what is shared, with whom and why."),
            Criterion("data-secured", "Records are locked or encrypted, and seen only by those who need them."),
            Criterion("retention-kept", "Records are kept as long as agreed, then returned or destroyed."),
            Criterion("breaches-reported", "Staff recognise a breach, and know to whom it is reported."),
        ),
    ),
    Area(
        "teaching-learning-outcomes-and-accreditation",
        "Teaching, learning, outcomes and accreditation",
        (
            Criterion("needs-assessed", "What a pupil knows and needs is found out when it comes, and used."),
            Criterion(
                "teaching-adapted", "Teaching is adapted to special educational needs and to plans that name them."
            ),
            Criterion("targets-set", "Targets are set with the pupil, and looked at again every term."),
            Criterion("progress-reported", "Progress is reported to school and commissioner every term."),
            Criterion("accreditation-offered", "Pupils can gain accreditation that counts for their next step."),
            Criterion("outcomes-known", "What pupils achieved is known, and compared with what was hoped for."),
        ),
    ),
    Area(
        "pupil-and-pastoral-support",
        "Pupil and pastoral support",
        (
            Criterion("trusted-adult", "Every pupil has an adult whom it can turn to, and knows who that is."),
            Criterion("wellbeing-noticed", "Changes in how a pupil feels are noticed and acted upon."),
            Criterion("behaviour-supported", "Behaviour is met with support that is agreed with school and family."),
            Criterion("families-involved", "Families hear from the provider regularly, with good news too."),
            Criterion("pupil-voice-heard", "Pupils are asked what they think, and see what came of it."),
            Criterion("meals-and-breaks", "Pupils eat, drink and rest, and free meals reach those who have them."),
        ),
    ),
    Area(
        "transition",
        "Transition",
        (
            Criterion("welcome-planned", "The first visit and the first weeks are planned with the pupil."),
            Criterion("end-planned-early", "What follows the placement is planned from its beginning."),
            Criterion(
                "reintegration-in-steps", "A return to school goes in steps that school and provider take together."
            ),
            Criterion("post-16-prepared", "Pupils in year 11 have advice, an application made, and a place to go."),
            Criterion("information-handed-on", "What the provider knows goes with the pupil to where it goes."),
        ),
    ),
)
