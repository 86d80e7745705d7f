"""The section that says why."""

from __future__ import annotations

from plimsoll.diagnosis.catalogue import load_findings
from plimsoll.diagnosis.diagnose import Diagnosis
from plimsoll.diagnosis.finding import Effect, Fact, Found, Plot
from plimsoll.report.html.reasons import reasons

THROTTLED = next(finding for finding in load_findings() if finding.code == "PLM101")


def found(cause: str = "It waits for itself.", plot: Plot | None = None, symptom_of: tuple[str, ...] = ()) -> Found:
    return Found(
        code="PLM101",
        name="kubelet-throttled",
        severity="error",
        confidence=0.85,
        cause=cause,
        evidence=(Fact("limit of the kubelet", 15.0, "1/s", "/configz of the kubelet"),),
        plot=plot,
        remedy={"openshift": {"kubelet.kubeAPIQPS": 50}, "kubeadm": {"kubelet.kubeAPIQPS": 50}, "kubespray": {}},
        affects=Effect(pods=3, seconds=10.0),
        limits_next="the API server",
        symptom_of=symptom_of,
    )


def test_a_finding_shows_its_cause_its_evidence_and_what_to_measure() -> None:
    section = reasons(Diagnosis((found(symptom_of=("PLM110",)),)))

    assert "It waits for itself." in section
    assert "15 1/s" in section
    assert "/configz of the kubelet" in section
    assert "confidence 85% · follows from PLM110" in section
    assert "Limits next: the API server." in section
    assert "If unsure, measure" in section


def test_a_remedy_has_the_files_of_each_flavour_that_has_settings_for_it() -> None:
    section = reasons(Diagnosis((found(),)))

    assert "To apply with openshift" in section
    assert "kind: KubeletConfig" in section
    assert "To apply with kubeadm" in section
    assert "To apply with kubespray" not in section


def test_the_words_for_all_flavours_stand_there_once() -> None:
    remedy = THROTTLED.remedies["openshift"].text

    assert reasons(Diagnosis((found(),))).count(remedy) == 1


def test_a_plot_shows_the_limit_that_is_met() -> None:
    plot = Plot("Requests", "1/s", (0.0, 10.0, 20.0), (1.0, 15.0, 15.0), limit=15.0)

    section = reasons(Diagnosis((found(plot=plot),)))

    assert 'id="plot-PLM101"' in section
    assert "limit 15" in section


def test_whatever_an_archive_says_is_escaped() -> None:
    assert "<script>" not in reasons(Diagnosis((found(cause="<script>alert(1)</script>"),)))


def test_a_healthy_run_says_so() -> None:
    assert "Nothing is the matter" in reasons(Diagnosis(()))
