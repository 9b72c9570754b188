from casework.accompanying.urls import urlpatterns as accompanying
from casework.assessments.urls import urlpatterns as assessments
from casework.bringing.urls import urlpatterns as bringing
from casework.cases.urls import urlpatterns as cases
from casework.chronology.urls import urlpatterns as chronology
from casework.closing.urls import urlpatterns as closing
from casework.codes.urls import urlpatterns as codes
from casework.concealment.urls import urlpatterns as concealment
from casework.consent.urls import urlpatterns as consent
from casework.disclosure.urls import urlpatterns as disclosure
from casework.duplicates.urls import urlpatterns as duplicates
from casework.emergency.urls import urlpatterns as emergency
from casework.evaluation.urls import urlpatterns as evaluation
from casework.files.urls import urlpatterns as files
from casework.handover.urls import urlpatterns as handover
from casework.households.urls import urlpatterns as households
from casework.intake.urls import urlpatterns as intake
from casework.issues.urls import urlpatterns as issues
from casework.meetings.urls import urlpatterns as meetings
from casework.monitoring.urls import urlpatterns as monitoring
from casework.notes.urls import urlpatterns as notes
from casework.notices.urls import urlpatterns as notices
from casework.ordinances.urls import urlpatterns as ordinances
from casework.planning.urls import urlpatterns as planning
from casework.plans.urls import urlpatterns as plans
from casework.referrals.urls import urlpatterns as referrals
from casework.registers.urls import urlpatterns as registers
from casework.relations.urls import urlpatterns as relations
from casework.reopening.urls import urlpatterns as reopening
from casework.reports.urls import urlpatterns as reports
from casework.seals.urls import urlpatterns as seals
from casework.sharing.urls import urlpatterns as sharing
from casework.sheets.urls import urlpatterns as sheets
from casework.suspension.urls import urlpatterns as suspension
from casework.tasks.urls import urlpatterns as tasks
from casework.triage.urls import urlpatterns as triage
from casework.workspace.urls import urlpatterns as workspace

app_name = "casework"

urlpatterns = [
    *workspace,
    *intake,
    *bringing,
    *notices,
    *cases,
    *closing,
    *accompanying,
    *handover,
    *reopening,
    *triage,
    # Before the households, whose address of an item takes any word.
    *concealment,
    *consent,
    *households,
    *issues,
    *relations,
    *files,
    *notes,
    *tasks,
    *sharing,
    *seals,
    *referrals,
    *assessments,
    *chronology,
    *plans,
    *planning,
    *ordinances,
    *meetings,
    *monitoring,
    *evaluation,
    *suspension,
    *sheets,
    *disclosure,
    *emergency,
    *codes,
    *duplicates,
    *registers,
    *reports,
]
