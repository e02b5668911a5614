//! MathML from pieces that compose like the mathematics: `-log_sigma(beta() * gap)`.
//! Signs simplify, and parentheses come where the binding of the operators asks for them.

use std::ops::{Add, Div, Mul, Neg, Sub};

/// Invisible times for readers and screen readers, and a little room for the eye.
pub const TIMES: &str = r#"<mo>&#8290;</mo><mspace width="0.12em"/>"#;

/// A piece of a formula.
#[derive(Clone, Debug)]
pub struct Math {
    xml: String,
    is_negative: bool,
    binding: Binding,
}

/// How firmly a piece holds together, loosest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    Sum,
    Product,
    Atom,
}

/// The answer that a term is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormulaAnswer {
    Chosen,
    Rejected,
    /// Where a formula holds for both.
    Any,
    /// Another row's, with this row's prompt.
    Mismatched,
}

impl Math {
    fn new(xml: String, binding: Binding) -> Math {
        Math {
            xml,
            is_negative: false,
            binding,
        }
    }

    fn atom(xml: String) -> Math {
        Math::new(xml, Binding::Atom)
    }

    /// The markup, sign first, as one element.
    pub fn markup(&self) -> String {
        format!("<mrow>{}</mrow>", self.signed())
    }

    fn signed(&self) -> String {
        if self.is_negative {
            format!(r#"<mo form="prefix">−</mo>{}"#, self.xml)
        } else {
            self.xml.clone()
        }
    }

    /// A sum cannot stand beside a product, a minus or a function without a fence.
    fn into_factor(self) -> Math {
        if self.binding == Binding::Sum {
            parens(self)
        } else {
            self
        }
    }
}

impl Neg for Math {
    type Output = Math;
    fn neg(self) -> Math {
        let factor = self.into_factor();
        Math {
            is_negative: !factor.is_negative,
            ..factor
        }
    }
}

impl Add for Math {
    type Output = Math;
    fn add(self, right: Math) -> Math {
        let right = right.into_factor();
        let sign = if right.is_negative { "−" } else { "+" };
        let xml = format!("{}<mo>{sign}</mo>{}", self.signed(), right.xml);
        Math::new(xml, Binding::Sum)
    }
}

impl Sub for Math {
    type Output = Math;
    fn sub(self, right: Math) -> Math {
        self + -right
    }
}

impl Mul for Math {
    type Output = Math;
    fn mul(self, right: Math) -> Math {
        let (left, right) = (self.into_factor(), right.into_factor());
        Math {
            is_negative: left.is_negative != right.is_negative,
            ..Math::new(
                format!("{}{TIMES}{}", left.xml, right.xml),
                Binding::Product,
            )
        }
    }
}

impl Div for Math {
    type Output = Math;
    fn div(self, right: Math) -> Math {
        Math::atom(format!(
            "<mfrac>{}{}</mfrac>",
            self.markup(),
            right.markup()
        ))
    }
}

/// A one-letter name, or the name of a function.
pub fn name(letter: &str) -> Math {
    Math::atom(format!("<mi>{letter}</mi>"))
}

pub fn number(value: f64) -> Math {
    Math {
        is_negative: value < 0.0,
        ..Math::atom(format!("<mn>{}</mn>", value.abs()))
    }
}

/// Words inside a formula.
pub fn words(text: &str) -> Math {
    Math::atom(format!("<mtext>{text}</mtext>"))
}

pub fn beta() -> Math {
    name("β")
}

pub fn parens(inner: Math) -> Math {
    fenced("(", &inner, ")")
}

/// Square brackets, for the reader's sake where parentheses stand outside.
pub fn brackets(inner: Math) -> Math {
    fenced("[", &inner, "]")
}

/// |y|, the number of tokens of an answer.
pub fn length(answer: FormulaAnswer) -> Math {
    fenced("|", &y(answer), "|")
}

pub fn fenced(open: &str, inner: &Math, close: &str) -> Math {
    let fence = |sign| format!(r#"<mo fence="true" stretchy="true">{sign}</mo>"#);
    Math::atom(format!(
        "<mrow>{}{}{}</mrow>",
        fence(open),
        inner.signed(),
        fence(close)
    ))
}

/// A named function of what stands in the parentheses.
pub fn call(function: &str, inner: Math) -> Math {
    Math::atom(format!(
        "<mrow><mi>{function}</mi><mo>&#8289;</mo>{}</mrow>",
        parens(inner).xml
    ))
}

/// Several things in a row with commas.
pub fn list(items: impl IntoIterator<Item = Math>) -> Math {
    let items: Vec<String> = items.into_iter().map(|item| item.signed()).collect();
    Math::new(items.join("<mo>,</mo>"), Binding::Sum)
}

pub fn sigma(inner: Math) -> Math {
    call("σ", inner)
}

pub fn log(inner: Math) -> Math {
    let inner = if inner.is_negative {
        parens(inner)
    } else {
        inner.into_factor()
    };
    let xml = format!(
        r#"<mi>log</mi><mo>&#8289;</mo><mspace width="0.2em"/>{}"#,
        inner.xml
    );
    Math::new(xml, Binding::Product)
}

pub fn log_sigma(inner: Math) -> Math {
    log(sigma(inner))
}

pub fn exp(power: Math) -> Math {
    Math::atom(format!("<msup><mi>e</mi>{}</msup>", power.markup()))
}

pub fn squared(inner: Math) -> Math {
    let base = if inner.binding == Binding::Atom {
        inner
    } else {
        parens(inner)
    };
    Math::atom(format!("<msup>{}<mn>2</mn></msup>", base.markup()))
}

/// Sum over what stands below.
pub fn sum(below: Math, term: Math) -> Math {
    let xml = format!(
        "<munder><mo>∑</mo>{}</munder>{}",
        below.markup(),
        term.into_factor().signed()
    );
    Math::new(xml, Binding::Product)
}

pub fn sub(base: &str, below: Math) -> Math {
    Math::atom(format!("<msub><mi>{base}</mi>{}</msub>", below.markup()))
}

/// `left = right`, the whole of a line.
pub fn equation(left: Math, right: Math) -> Math {
    relation(left, "=", right)
}

pub fn relation(left: Math, sign: &str, right: Math) -> Math {
    Math::new(
        format!("{}<mo>{sign}</mo>{}", left.signed(), right.signed()),
        Binding::Sum,
    )
}

/// A quantity of one answer, with the answer's letter below and in its colour.
pub fn of(answer: FormulaAnswer, letter: &str) -> Math {
    let xml = match answer {
        FormulaAnswer::Chosen => {
            format!(r#"<msub class="chosen"><mi>{letter}</mi><mi>c</mi></msub>"#)
        }
        FormulaAnswer::Rejected => {
            format!(r#"<msub class="rejected"><mi>{letter}</mi><mi>r</mi></msub>"#)
        }
        FormulaAnswer::Any => format!("<mi>{letter}</mi>"),
        FormulaAnswer::Mismatched => format!("<mi>{letter}′</mi>"),
    };
    Math::atom(xml)
}

/// The answer itself: y_c is the chosen one, y_r the rejected one.
pub fn y(answer: FormulaAnswer) -> Math {
    of(answer, "y")
}

/// A whole term in its answer's colour.
pub fn coloured(answer: FormulaAnswer, inner: Math) -> Math {
    let class = match answer {
        FormulaAnswer::Chosen => "chosen",
        FormulaAnswer::Rejected => "rejected",
        FormulaAnswer::Any | FormulaAnswer::Mismatched => return inner,
    };
    Math {
        xml: format!(r#"<mrow class="{class}">{}</mrow>"#, inner.xml),
        ..inner
    }
}

/// π(y|x) under the policy.
pub fn policy(answer: FormulaAnswer) -> Math {
    conditional("<mi>π</mi>", &y(answer), X)
}

/// π_ref(y|x).
pub fn reference(answer: FormulaAnswer) -> Math {
    conditional(PI_REF, &y(answer), X)
}

/// π of the token at t, given prompt and earlier tokens.
pub fn policy_of_token(token: Math) -> Math {
    conditional("<mi>π</mi>", &token, X_AND_BEFORE)
}

pub fn reference_of_token(token: Math) -> Math {
    conditional(PI_REF, &token, X_AND_BEFORE)
}

pub const PI_REF: &str = "<msub><mi>π</mi><mtext>ref</mtext></msub>";
pub const X: &str = "<mi>x</mi>";
pub const X_AND_BEFORE: &str =
    "<mi>x</mi><mo>,</mo><msub><mi>y</mi><mrow><mo>&lt;</mo><mi>t</mi></mrow></msub>";

pub fn conditional(model: &str, what: &Math, given: &str) -> Math {
    Math::atom(format!(
        r#"<mrow>{model}<mo stretchy="false">(</mo>{}<mo stretchy="false">|</mo>{given}<mo stretchy="false">)</mo></mrow>"#,
        what.xml
    ))
}

/// log π(y|x).
pub fn log_prob(answer: FormulaAnswer) -> Math {
    coloured(answer, log(policy(answer)))
}

/// log π(y|x) divided by the answer's length.
pub fn mean_log_prob(answer: FormulaAnswer) -> Math {
    coloured(answer, number(1.0) / length(answer) * log(policy(answer)))
}

/// log π(y|x) / π_ref(y|x).
pub fn log_ratio(answer: FormulaAnswer) -> Math {
    coloured(answer, log(policy(answer) / reference(answer)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader sees, without the markup.
    fn seen(math: &Math) -> String {
        let mut text = String::new();
        let mut is_tag = false;
        for c in math
            .markup()
            .replace("&#8290;", "")
            .replace("&#8289;", "")
            .chars()
        {
            match c {
                '<' => is_tag = true,
                '>' => is_tag = false,
                c if !is_tag => text.push(c),
                _ => {}
            }
        }
        text
    }

    #[test]
    fn signs_and_parentheses_keep_the_meaning() {
        let (a, b, c) = (|| name("a"), || name("b"), || name("c"));
        assert_eq!(seen(&(a() * (b() - c()))), "a(b−c)");
        assert_eq!(seen(&(a() - (b() - c()))), "a−(b−c)");
        assert_eq!(seen(&(a() - -b())), "a+b");
        assert_eq!(seen(&(-a() * -b() - c())), "ab−c");
        assert_eq!(seen(&(a() * -b())), "−ab");
        assert_eq!(seen(&log(a() + b())), "log(a+b)");
        assert_eq!(seen(&-(a() + b())), "−(a+b)");
        assert_eq!(seen(&squared(a() - b())), "(a−b)2");
    }
}
