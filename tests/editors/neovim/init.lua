-- What the README tells users of Neovim 0.11 to write, with the command and the interpreter of the tests.
vim.lsp.config('kls', {
  cmd = vim.split(vim.env.KLS_TEST_COMMAND, ' '),
  filetypes = { 'python' },
  root_markers = { 'pyproject.toml', '.git' },
  settings = { kls = { python = vim.env.KLS_TEST_PYTHON, keras = '3.15.1' } },
})
vim.lsp.enable('kls')
