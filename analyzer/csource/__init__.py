"""C source text as tokens, with comments and directives told apart."""

from analyzer.csource.tokens import Kind, Token, code_tokens, starts_in_comment, tokens

__all__ = ["Kind", "Token", "code_tokens", "starts_in_comment", "tokens"]
