-- For wrk: one request again and again, or several in turn. Usage: wrk -s load.lua URL -- COOKIE [FILE]
-- FILE holds one JSON body a line; the word UNIQUE in it becomes something else each time. Ends with one line for programs.

local threads = 0

function setup(thread)
  threads = threads + 1
  thread:set("thread_number", threads)
end

function init(args)
  local cookie, file = args[1], args[2]
  if cookie and cookie ~= "" then
    wrk.headers["Cookie"] = cookie
  end
  if not file then
    return
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/json"
  wrk.headers["Sec-Fetch-Site"] = "same-origin"
  local bodies, ready = {}, {}
  for body in io.lines(file) do
    bodies[#bodies + 1] = body
    ready[#bodies] = not body:find("UNIQUE", 1, true) and wrk.format(nil, nil, nil, body)
  end
  if #bodies == 1 and ready[1] then
    -- What stays the same, wrk sends without asking.
    wrk.body = bodies[1]
    return
  end
  local began, sent = os.time(), 0
  function request()
    sent = sent + 1
    local index = sent % #bodies + 1
    if ready[index] then
      return ready[index]
    end
    local body = bodies[index]:gsub("UNIQUE", began .. "-" .. thread_number .. "-" .. sent)
    return wrk.format(nil, nil, nil, body)
  end
end

function done(summary, latency)
  local errors = summary.errors
  local broken = errors.connect + errors.read + errors.write + errors.timeout
  local median, most = latency:percentile(50) / 1000, latency:percentile(99) / 1000
  local line = 'RESULT {"requests":%d,"seconds":%.3f,"median":%.3f,"most":%.3f,"refused":%d,"broken":%d}\n'
  io.write(line:format(summary.requests, summary.duration / 1e6, median, most, errors.status, broken))
end
