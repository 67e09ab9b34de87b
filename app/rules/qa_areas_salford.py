"""The seven areas by which Salford looks at a provider; the criteria are in our own words.

Source: Salford AP contract slides, read in the primary source, for the areas.
"""

from app.rules.qa_areas import Area, Criterion

SALFORD_AREAS: tuple[Area, ...] = (
    Area(
        "policies-and-procedures",
        "Policies and procedures",
        (
            Criterion("policies-current", "Every policy is dated, current and known to the staff who work by it."),
            Criterion("policies-reviewed", "Somebody is named for each policy, and the day of its next review is set."),
            Criterion("complaints-answered", "Complaints are recorded, answered and learnt from."),
            Criterion("behaviour-approach", "Staff answer difficult behaviour in the way that the policy describes."),
            Criterion("records-kept-safely", "Pupils' records are kept safe, and shared with those who need them."),
        ),
    ),
    Area(
        "insurance",
        "Insurance",
        (
            Criterion("public-liability", "Public liability insurance covers every activity offered."),
            Criterion("employers-liability", "Employer's liability insurance is in force and displayed."),
            Criterion("vehicles-and-premises", "Vehicles that carry pupils, and the premises, are insured for that."),
            Criterion("further-cover", "Cover that an activity needs beyond that is held before it begins."),
        ),
    ),
    Area(
        "safeguarding",
        "Safeguarding, attendance included",
        (
            Criterion("single-central-record", "The single central record is complete."),
            Criterion(
                "designated-lead", "A trained designated safeguarding lead is on site or can be reached at once."
            ),
            Criterion(
                "staff-trained", "All who work with pupils have been trained in safeguarding, and know the signs."
            ),
            Criterion("concerns-recorded", "Concerns are recorded on the day, passed on, and followed to their end."),
            Criterion(
                "absence-followed-up", "Absence is followed up on the day, and the host school is told by 09:30."
            ),
            Criterion("leaving-without-permission", "Staff know whom to tell at once when a pupil leaves."),
        ),
    ),
    Area(
        "health-and-safety",
        "Health and safety",
        (
            Criterion("risk-assessments", "Each site and activity has a risk assessment that staff know."),
            Criterion("pupil-risks", "What is known of each pupil's risks is in a plan that its staff have read."),
            Criterion("first-aid", "A first aider and equipment are at hand whenever pupils are."),
            Criterion("fire-safety", "Ways out are clear, alarms are tested, and drills are recorded."),
            Criterion("accidents-recorded", "Accidents are recorded and reported, and what caused them is put right."),
        ),
    ),
    Area(
        "quality-of-education",
        "Quality of education",
        (
            Criterion("starting-points", "Teaching begins from what each pupil was found to know."),
            Criterion("sessions-planned", "Sessions are planned for the pupils who come, their needs included."),
            Criterion("progress-shown", "Pupils' work shows progress towards the placement's objectives."),
            Criterion("pupils-say", "Pupils can say what they learn, and what comes next."),
        ),
    ),
    Area(
        "curriculum-and-qualifications",
        "Curriculum and qualifications",
        (
            Criterion("curriculum-fits-lot", "What is taught is what the provider's lots were awarded for."),
            Criterion(
                "english-and-mathematics",
                "English and mathematics are taught, or the host school is known to teach them.",
            ),
            Criterion("accreditation", "Qualifications offered are accredited and lead on to the next step."),
            Criterion("outcomes-recorded", "What pupils achieve is recorded, units and other awards included."),
        ),
    ),
    Area(
        "transition-and-reintegration",
        "Transition and reintegration",
        (
            Criterion("induction", "A pupil's first days are planned with school and family before it comes."),
            Criterion("next-step-planned", "Each pupil's next step is planned with school, family and pupil."),
            Criterion("return-supported", "A return to school is prepared in stages and reviewed."),
            Criterion("leavers-followed", "Where leavers went, and whether that has held, is known."),
        ),
    ),
)
