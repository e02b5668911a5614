//! The paths that an item's code mentions, in macros too; none of comments and strings.

use crate::tree::{Import, Mention, imports, is_for_tests};
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::visit::{self, Visit};

#[derive(Debug, Default)]
pub struct Mentions {
    pub mentions: Vec<Mention>,
    /// `use` declarations, those within functions too.
    pub imports: Vec<Import>,
}

pub fn of(item: &syn::Item) -> Mentions {
    let mut found = Mentions::default();
    found.visit_item(item);
    found
}

/// Whether a single name is taken for an imported one: types are, and what is called. Any
/// other is most often a variable.
fn counts(name: &str, is_called: bool) -> bool {
    is_called || name.starts_with(char::is_uppercase)
}

impl Mentions {
    fn mention(&mut self, path: &syn::Path, is_called: bool) {
        let Some(first) = path.segments.first() else {
            return;
        };
        let own = path.leading_colon.is_none();
        let line = first.ident.span().start().line;
        let path: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        if own && (path.len() > 1 || counts(&path[0], is_called)) {
            self.mentions.push(Mention { path, line });
        }
    }

    /// The body of a macro is tokens alone: what looks like a path in it is taken for one.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let is_punct = |at: usize, wanted: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == wanted);
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Ident(first) => {
                    let mut path = vec![first.to_string()];
                    let before = |back: usize, wanted| at >= back && is_punct(at - back, wanted);
                    // A field, a lifetime, a macro's variable, or the rest of some other path.
                    let is_other = before(1, '.') && !before(2, '.')
                        || before(1, '\'')
                        || before(1, '$') && path[0] != "crate"
                        || before(1, ':') && before(2, ':');
                    while is_punct(at + 1, ':') && is_punct(at + 2, ':') {
                        let Some(TokenTree::Ident(next)) = tokens.get(at + 3) else {
                            break;
                        };
                        path.push(next.to_string());
                        at += 3;
                    }
                    let is_called = match tokens.get(at + 1) {
                        Some(TokenTree::Group(g)) => g.delimiter() == Delimiter::Parenthesis,
                        _ => is_punct(at + 1, '!'),
                    };
                    if !is_other && (path.len() > 1 || counts(&path[0], is_called)) {
                        let line = first.span().start().line;
                        self.mentions.push(Mention { path, line });
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
            at += 1;
        }
    }
}

impl<'ast> Visit<'ast> for Mentions {
    fn visit_path(&mut self, path: &'ast syn::Path) {
        self.mention(path, false);
        visit::visit_path(self, path);
    }

    fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
        if let syn::Expr::Path(called) = &*call.func {
            self.mention(&called.path, true);
        }
        visit::visit_expr_call(self, call);
    }

    fn visit_macro(&mut self, called: &'ast syn::Macro) {
        self.mention(&called.path, true);
        self.tokens(called.tokens.clone());
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        if item.leading_colon.is_none() {
            let is_reexport = !matches!(item.vis, syn::Visibility::Inherited);
            self.imports.extend(imports(&item.tree, &[], is_reexport));
        }
    }

    /// How far something is visible says nothing about what is used.
    fn visit_visibility(&mut self, _: &'ast syn::Visibility) {}

    /// A module within a function is code of that function.
    fn visit_item_mod(&mut self, item: &'ast syn::ItemMod) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_item_fn(self, item);
        }
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        if !is_for_tests(&item.attrs) {
            visit::visit_impl_item_fn(self, item);
        }
    }
}
