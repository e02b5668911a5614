//! The paper and the equation of what an objective is made of, as in PAPERS.md.

use crate::f_divergence::FDivergence;
use crate::objective::online::{GrpoLoss, ImportanceSamplingLevel, OnlineObjective};
use crate::objective::{CpoLoss, DpoTerm, KtoLoss, Objective, SftLoss};

/// Where a part of an objective comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaperSource {
    /// What it is, for people: `DPO`, `f-divergence`.
    pub part: &'static str,
    /// Authors, year and title.
    pub paper: &'static str,
    pub url: &'static str,
    /// Its number in the paper, where PAPERS.md has checked it.
    pub equation: Option<&'static str>,
}

const fn source(
    part: &'static str,
    paper: &'static str,
    url: &'static str,
    equation: Option<&'static str>,
) -> PaperSource {
    PaperSource {
        part,
        paper,
        url,
        equation,
    }
}

/// The sources of an objective and of the options that it has switched on.
pub fn sources(objective: &Objective) -> Vec<PaperSource> {
    match objective {
        Objective::Dpo(dpo) => {
            let mut sources: Vec<PaperSource> = Vec::new();
            for weighted in &dpo.terms {
                sources.push(of_term(&weighted.term));
            }
            if dpo.f_divergence != FDivergence::ReverseKl {
                sources.push(F_DPO);
            }
            if dpo.ld_alpha.is_some() {
                sources.push(LD_DPO);
            }
            if dpo.use_weighting {
                sources.push(WPO);
            }
            sources
        }
        Objective::Kto(kto) => vec![match kto.loss {
            KtoLoss::Kto => KTO,
            KtoLoss::ApoZeroUnpaired => APO_ZERO_UNPAIRED,
        }],
        Objective::Cpo(cpo) => {
            let mut sources = match cpo.loss {
                CpoLoss::Sigmoid { .. } => vec![CPO],
                CpoLoss::Hinge => vec![CPO, SLIC],
                CpoLoss::Ipo => vec![CPO, IPO],
                CpoLoss::Simpo { .. } if cpo.cpo_alpha != 0.0 => vec![SIMPO, CPO],
                CpoLoss::Simpo { .. } => vec![SIMPO],
            };
            if cpo.alpha != 0.0 {
                sources.push(ALPHAPO);
            }
            sources
        }
        Objective::Orpo { .. } => vec![ORPO],
        Objective::Sft(sft) => vec![match sft.loss {
            SftLoss::Nll => SFT,
            SftLoss::Dft => DFT,
        }],
        Objective::Reward {
            center_rewards_coefficient,
        } => match center_rewards_coefficient {
            None => vec![REWARD],
            Some(_) => vec![REWARD, CENTRING],
        },
        Objective::Online(online) => of_online(online),
    }
}

fn of_online(objective: &OnlineObjective) -> Vec<PaperSource> {
    match objective {
        OnlineObjective::OnlineDpo(online_dpo) => {
            let mut sources = vec![ONLINE_DPO, of_term(&online_dpo.loss)];
            if online_dpo.rounds.renew_reference {
                sources.push(ITERATIVE_DPO);
            }
            sources
        }
        OnlineObjective::Rloo(_) => vec![RLOO],
        OnlineObjective::Grpo(grpo) => {
            let mut sources = vec![GRPO];
            match grpo.loss {
                GrpoLoss::Grpo | GrpoLoss::Bnpo => {}
                GrpoLoss::DrGrpo => sources.push(DR_GRPO),
                GrpoLoss::Dapo => sources.push(DAPO),
                GrpoLoss::Cispo => sources.push(CISPO),
            }
            if grpo.importance_sampling_level == ImportanceSamplingLevel::Sequence {
                sources.push(GSPO);
            }
            sources
        }
        OnlineObjective::Ppo(_) => vec![PPO, GAE],
    }
}

fn of_term(term: &DpoTerm) -> PaperSource {
    match term {
        DpoTerm::Sigmoid => DPO,
        DpoTerm::Cdpo { .. } => CDPO,
        DpoTerm::Hinge => SLIC,
        DpoTerm::Ipo => IPO,
        DpoTerm::Robust { .. } => ROBUST,
        DpoTerm::ExoPair { .. } => EXO,
        DpoTerm::NcaPair => NCA,
        DpoTerm::BcoPair => BCO,
        DpoTerm::SppoHard => SPPO,
        DpoTerm::ApoZero => APO_ZERO,
        DpoTerm::ApoDown => APO_DOWN,
        DpoTerm::Aot { .. } | DpoTerm::AotUnpaired { .. } => AOT,
        DpoTerm::Discopop { .. } => DISCOPOP,
        DpoTerm::SigmoidNorm => SIGMOID_NORM,
        DpoTerm::Sft => RPO,
    }
}

const DPO: PaperSource = source(
    "DPO",
    "Rafailov et al. 2023, Direct Preference Optimization",
    "https://arxiv.org/abs/2305.18290",
    Some("7"),
);
const IPO: PaperSource = source(
    "IPO",
    "Azar et al. 2023, A General Theoretical Paradigm to Understand Learning from Human Preferences",
    "https://arxiv.org/abs/2310.12036",
    Some("17"),
);
const CDPO: PaperSource = source(
    "cDPO",
    "Mitchell 2023, A note on DPO with noisy preferences",
    "https://ericmitchell.ai/cdpo.pdf",
    None,
);
const SLIC: PaperSource = source(
    "SLiC hinge",
    "Zhao et al. 2023, SLiC-HF",
    "https://arxiv.org/abs/2305.10425",
    None,
);
const ROBUST: PaperSource = source(
    "Robust DPO",
    "Chowdhury et al. 2024, Provably Robust DPO",
    "https://arxiv.org/abs/2403.00409",
    Some("13"),
);
const EXO: PaperSource = source(
    "EXO",
    "Ji et al. 2024, Towards Efficient Exact Optimization of Language Model Alignment",
    "https://arxiv.org/abs/2402.00856",
    Some("16"),
);
const NCA: PaperSource = source(
    "NCA",
    "Chen et al. 2024, Noise Contrastive Alignment",
    "https://arxiv.org/abs/2402.05369",
    None,
);
const BCO: PaperSource = source(
    "BCO",
    "Jung et al. 2024, Binary Classifier Optimization",
    "https://arxiv.org/abs/2404.04656",
    None,
);
const SPPO: PaperSource = source(
    "SPPO",
    "Wu et al. 2024, Self-Play Preference Optimization",
    "https://arxiv.org/abs/2405.00675",
    Some("4.7 with P = 1 and 0"),
);
const APO_ZERO: PaperSource = source(
    "APO-zero",
    "D'Oosterlinck et al. 2024, Anchored Preference Optimization",
    "https://arxiv.org/abs/2408.06266",
    Some("7"),
);
const APO_ZERO_UNPAIRED: PaperSource = source(
    "APO-zero, unpaired",
    "D'Oosterlinck et al. 2024, Anchored Preference Optimization",
    "https://arxiv.org/abs/2408.06266",
    Some("7, on single completions"),
);
const APO_DOWN: PaperSource = source(
    "APO-down",
    "D'Oosterlinck et al. 2024, Anchored Preference Optimization",
    "https://arxiv.org/abs/2408.06266",
    Some("8"),
);
const AOT: PaperSource = source(
    "AOT",
    "Melnyk et al. 2024, Distributional Preference Alignment via Optimal Transport",
    "https://arxiv.org/abs/2406.05882",
    None,
);
const DISCOPOP: PaperSource = source(
    "DiscoPOP",
    "Lu et al. 2024, Discovering Preference Optimization Algorithms with and for LLMs",
    "https://arxiv.org/abs/2406.08414",
    Some("5"),
);
const SIGMOID_NORM: PaperSource = source(
    "Length-normalised DPO",
    "Lambert et al. 2024, Tülu 3",
    "https://arxiv.org/abs/2411.15124",
    Some("6"),
);
const RPO: PaperSource = source(
    "The chosen answers' own loss (RPO)",
    "Pang et al. 2024, Iterative Reasoning Preference Optimization",
    "https://arxiv.org/abs/2404.19733",
    None,
);
const F_DPO: PaperSource = source(
    "f-divergence",
    "Wang et al. 2023, Beyond Reverse KL",
    "https://arxiv.org/abs/2309.16240",
    None,
);
const LD_DPO: PaperSource = source(
    "LD-DPO",
    "Liu et al. 2024, Length Desensitization in DPO",
    "https://arxiv.org/abs/2409.06411",
    None,
);
const WPO: PaperSource = source(
    "WPO",
    "Zhou et al. 2024, WPO",
    "https://arxiv.org/abs/2406.11827",
    Some("2"),
);
const KTO: PaperSource = source(
    "KTO",
    "Ethayarajh et al. 2024, KTO: Model Alignment as Prospect Theoretic Optimization",
    "https://arxiv.org/abs/2402.01306",
    Some("7, 8"),
);
const ORPO: PaperSource = source(
    "ORPO",
    "Hong et al. 2024, ORPO",
    "https://arxiv.org/abs/2403.07691",
    Some("6, 7"),
);
const SIMPO: PaperSource = source(
    "SimPO",
    "Meng et al. 2024, SimPO",
    "https://arxiv.org/abs/2405.14734",
    Some("6"),
);
const ALPHAPO: PaperSource = source(
    "AlphaPO",
    "Gupta et al. 2025, AlphaPO",
    "https://arxiv.org/abs/2501.03884",
    None,
);
const CPO: PaperSource = source(
    "CPO",
    "Xu et al. 2024, Contrastive Preference Optimization",
    "https://arxiv.org/abs/2401.08417",
    Some("3"),
);
const SFT: PaperSource = source(
    "SFT",
    "Ouyang et al. 2022, InstructGPT, section 3.5",
    "https://arxiv.org/abs/2203.02155",
    None,
);
const DFT: PaperSource = source(
    "DFT",
    "Wu et al. 2025, Dynamic Fine-Tuning",
    "https://arxiv.org/abs/2508.05629",
    None,
);
const REWARD: PaperSource = source(
    "Reward model (Bradley-Terry)",
    "Ouyang et al. 2022, InstructGPT",
    "https://arxiv.org/abs/2203.02155",
    Some("1"),
);
const CENTRING: PaperSource = source(
    "Centring of rewards",
    "Eisenstein et al. 2023, Helping or Herding?",
    "https://arxiv.org/abs/2312.09244",
    Some("2"),
);
const ONLINE_DPO: PaperSource = source(
    "Online DPO",
    "Guo et al. 2024, Direct Language Model Alignment from Online AI Feedback",
    "https://arxiv.org/abs/2402.04792",
    None,
);
const ITERATIVE_DPO: PaperSource = source(
    "Iterative DPO",
    "Xu et al. 2023, Some things are more CRINGE than others",
    "https://arxiv.org/abs/2312.16682",
    None,
);
const RLOO: PaperSource = source(
    "RLOO",
    "Ahmadian et al. 2024, Back to Basics",
    "https://arxiv.org/abs/2402.14740",
    None,
);
const GRPO: PaperSource = source(
    "GRPO",
    "Shao et al. 2024, DeepSeekMath",
    "https://arxiv.org/abs/2402.03300",
    Some("3"),
);
const DR_GRPO: PaperSource = source(
    "Dr. GRPO",
    "Liu et al. 2025, Understanding R1-Zero-Like Training",
    "https://arxiv.org/abs/2503.20783",
    None,
);
const DAPO: PaperSource = source(
    "DAPO",
    "Yu et al. 2025, DAPO",
    "https://arxiv.org/abs/2503.14476",
    None,
);
const CISPO: PaperSource = source(
    "CISPO",
    "MiniMax 2025, MiniMax-M1",
    "https://arxiv.org/abs/2506.13585",
    None,
);
const GSPO: PaperSource = source(
    "GSPO",
    "Zheng et al. 2025, Group Sequence Policy Optimization",
    "https://arxiv.org/abs/2507.18071",
    None,
);
const PPO: PaperSource = source(
    "PPO",
    "Schulman et al. 2017, Proximal Policy Optimization Algorithms",
    "https://arxiv.org/abs/1707.06347",
    Some("7"),
);
const GAE: PaperSource = source(
    "Generalised advantage estimation",
    "Schulman et al. 2015, High-Dimensional Continuous Control Using Generalized Advantage Estimation",
    "https://arxiv.org/abs/1506.02438",
    Some("16"),
);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective_kind::ObjectiveKind;

    /// The table of PAPERS.md is what a person reads; a card must not say otherwise.
    #[test]
    fn sources_are_those_of_papers_md() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../PAPERS.md");
        let papers = std::fs::read_to_string(path).unwrap();
        for kind in ObjectiveKind::ALL {
            let sources = sources(&kind.with_beta(kind.default_beta()));
            assert!(!sources.is_empty(), "{kind:?}");
            for source in sources {
                assert!(papers.contains(source.url), "{}", source.url);
            }
        }
        for source in [ONLINE_DPO, RLOO, GRPO, DR_GRPO, DAPO, CISPO, GSPO, PPO, GAE] {
            assert!(papers.contains(source.url), "{}", source.url);
        }
    }
}
