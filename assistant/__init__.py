"""使用助手: what each release brings, and how one works with it. This room knows Markdown alone."""
