//! Chat templates: Jinja, as `tokenizer_config.json` carries them.

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, ErrorKind, context};
use tilt_protocol::{Content, Error, Result, Turn};

/// The source of a chat template, checked once.
#[derive(Clone, Debug, PartialEq)]
pub struct ChatTemplate {
    source: String,
    bos_token: Option<String>,
    eos_token: Option<String>,
}

impl ChatTemplate {
    /// # Errors
    /// [`Error::ChatTemplate`] for a template that does not parse.
    pub fn new(
        source: &str,
        bos_token: Option<String>,
        eos_token: Option<String>,
    ) -> Result<ChatTemplate> {
        let template = ChatTemplate {
            source: source.to_owned(),
            bos_token,
            eos_token,
        };
        template.environment()?;
        Ok(template)
    }

    /// The conversation as one text; with `generation_prompt` the opening of the
    /// assistant's next turn is added.
    ///
    /// # Errors
    /// [`Error::ChatTemplate`], the template's own `raise_exception` included.
    pub fn render(&self, turns: &[&Turn], generation_prompt: bool) -> Result<String> {
        let environment = self.environment()?;
        environment
            .get_template("chat")
            .and_then(|template| {
                template.render(context! {
                    messages => Serde(turns),
                    add_generation_prompt => generation_prompt,
                    bos_token => self.bos_token.as_deref().unwrap_or(""),
                    eos_token => self.eos_token.as_deref().unwrap_or(""),
                })
            })
            .map_err(failed)
    }

    fn environment(&self) -> Result<Environment<'_>> {
        let mut environment = Environment::new();
        // As transformers sets Jinja up.
        let syntax = SyntaxConfig::builder()
            .trim_blocks(true)
            .lstrip_blocks(true)
            .build();
        environment.set_syntax(syntax.map_err(failed)?);
        environment.add_function("raise_exception", |message: String| -> Result<String, _> {
            Err(minijinja::Error::new(ErrorKind::InvalidOperation, message))
        });
        environment
            .add_template("chat", &self.source)
            .map_err(failed)?;
        Ok(environment)
    }
}

fn failed(error: minijinja::Error) -> Error {
    Error::ChatTemplate {
        reason: error.to_string(),
    }
}

/// The turns of a content; `None` for plain text and ids.
pub fn turns(content: &Content) -> Option<&[Turn]> {
    match content {
        Content::Turns(turns) => Some(turns),
        Content::Plain(_) | Content::Ids(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOURCE: &str = "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}{% if m.role == 'assistant' %}{{ eos_token }}{% endif %}{% endfor %}{% if add_generation_prompt %}<|assistant|>{% endif %}";

    #[test]
    fn a_conversation_renders() {
        let template = ChatTemplate::new(SOURCE, None, Some("<|end|>".to_owned())).unwrap();
        let (user, assistant) = (Content::user("Hi"), Content::assistant("Hello"));
        let prompt: Vec<&Turn> = turns(&user).unwrap().iter().collect();
        assert_eq!(
            template.render(&prompt, true).unwrap(),
            "<|user|>Hi<|assistant|>"
        );
        let all: Vec<&Turn> = [&user, &assistant]
            .into_iter()
            .flat_map(|c| turns(c).unwrap())
            .collect();
        assert_eq!(
            template.render(&all, false).unwrap(),
            "<|user|>Hi<|assistant|>Hello<|end|>"
        );
    }

    #[test]
    fn a_broken_template_is_an_error() {
        assert!(ChatTemplate::new("{% for %}", None, None).is_err());
    }
}
