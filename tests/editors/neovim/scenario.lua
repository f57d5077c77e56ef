-- A person at work: sees the squiggle, takes the fix, takes it back, asks Keras. Each step says what it waits for.
local probe = 9

local messages = {}
vim.lsp.handlers['window/showMessage'] = function(_, result)
  table.insert(messages, result.message)
end

local function fail(what)
  io.stderr:write('scenario.lua: ' .. what .. '\n')
  io.stderr:write('diagnostics: ' .. vim.inspect(vim.diagnostic.get(0)) .. '\n')
  io.stderr:write('messages: ' .. vim.inspect(messages) .. '\n')
  vim.cmd('cquit 1')
end

local function wait_for(what, predicate, ms)
  if not vim.wait(ms or 20000, predicate, 10) then
    fail(what .. ': did not happen')
  end
end

local function only_diagnostic()
  local found = vim.diagnostic.get(0)
  return #found == 1 and found[1] or nil
end

local function line(number)
  return vim.api.nvim_buf_get_lines(0, number, number + 1, false)[1]
end

vim.cmd.edit(vim.env.KLS_TEST_FILE)
wait_for('the diagnostic', function()
  local found = only_diagnostic()
  return found and found.code == 'KLS101' and found.lnum == probe and found.source == 'kls'
end)
local as_it_was = line(probe)

-- The fix, from the menu that `gra` opens.
vim.api.nvim_win_set_cursor(0, { probe + 1, 25 })
vim.lsp.buf.code_action({
  apply = true,
  filter = function(action)
    return action.title:find('^Use `ids`') ~= nil
  end,
})
wait_for('the fix', function()
  return line(probe) ~= as_it_was
end)
if line(probe) ~= 'é, 𝔘 = 1, 2; probe = keras.Model(ids, trainable.get_layer("flat").output, name="probe")' then
  fail('the fix made ' .. line(probe))
end
wait_for('the diagnostic to vanish', function()
  return #vim.diagnostic.get(0) == 0
end)

vim.cmd.undo()
wait_for('the diagnostic to come back', function()
  return only_diagnostic() ~= nil
end)

-- Confirm, through the lens.
vim.lsp.codelens.refresh({ bufnr = 0 })
wait_for('the lens', function()
  local lenses = vim.lsp.codelens.get(0)
  return #lenses == 1 and lenses[1].command and lenses[1].command.title == 'Confirm with Keras'
end)
vim.api.nvim_win_set_cursor(0, { probe + 1, 0 })
vim.lsp.codelens.run()
wait_for('the verdict in a message', function()
  return #messages > 0 and messages[#messages]:find('Confirmed by Keras') ~= nil
end, 60000)
wait_for('the verdict in the diagnostic', function()
  local found = only_diagnostic()
  return found and found.message:find('Confirmed by Keras') and found.severity == vim.diagnostic.severity.ERROR
end)
vim.lsp.codelens.refresh({ bufnr = 0 })
wait_for('the verdict in the lens', function()
  local lenses = vim.lsp.codelens.get(0)
  return #lenses == 1 and lenses[1].command.title:find('Confirmed by Keras') ~= nil
end)

-- An edit drops it.
vim.api.nvim_buf_set_lines(0, 0, 0, false, { '# new' })
wait_for('the verdict to be dropped', function()
  local found = only_diagnostic()
  return found and found.lnum == probe + 1 and not found.message:find('Confirmed')
end)

-- It ends with the editor.
vim.lsp.stop_client(vim.lsp.get_clients())
wait_for('the server to stop', function()
  return #vim.lsp.get_clients() == 0
end)
io.stdout:write('scenario.lua: done\n')
vim.cmd('qall!')
