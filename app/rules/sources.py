"""The documents that the rules come from, and how sure each is.

"read in the primary source" was read in the document itself; "read in a secondary source" was quoted by
somebody else; "from memory" has still to be checked, so that nothing is refused for its sake alone unless it
is a setting.
"""

SALFORD = "Salford AP contract slides, read in the primary source"
SALFORD_AND_BOLTON = "Salford and Bolton AP procurement documents, read in the primary source"
BOLTON = "Bolton AP quality assurance documents, read in the primary source"
CHESHIRE_WEST = "Cheshire West guidance on part-time timetables, read in the primary source"
WESTMORLAND_AND_FURNESS = "Westmorland & Furness AP directory form, read in the primary source"
WESTMORLAND_AND_FURNESS_QA = "Westmorland & Furness AP quality assurance documents, read in the primary source"
GLOUCESTERSHIRE = "Gloucestershire AP referral process, read in the primary source"
SEND_AND_AP_PLAN = "SEND and AP improvement plan, read in the primary source"
AP_TOOLKIT = "AP Quality Toolkit (IntegratED, 2022), read in the primary source"
SI_2024_208 = "SI 2024/208, table of attendance codes, read in the primary source"
SI_2024_208_CLASSES = "SI 2024/208 (classes of the codes), read in a secondary source"
DFE_ONLINE = "DfE advice on online provision, quoted by councils, read in a secondary source"
DFE_EXCLUSION = "DfE guidance on suspension and permanent exclusion, read in a secondary source"
DFE_NON_SCHOOL_AP = "DfE proposals for non-school alternative provision, read in a secondary source"
DFE_REGISTRATION = "DfE guidance on the registration of independent schools, read in a secondary source"
UPN_GUIDE = "DfE guide to unique pupil numbers 1.2, read in the primary source"
DFE_IDENTIFIERS = "DfE identifiers of establishments, read in the primary source"
STANDARD_WEBHOOKS = "Standard Webhooks specification 1.0.0, read in the primary source"
MEMORY = "from memory, to be checked"
OUR_OWN = "Waymark's own rule, so that a record stays consistent"
