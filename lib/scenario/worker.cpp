// SPDX-License-Identifier: MIT
#include <berth/scenario/worker.h>

#include <berth/document/reading.h>

#include "guarded_memory.h"
#include "windows_calls.h"
#include "wire.h"

namespace berth::scenario {
namespace {

constexpr std::int64_t kMostStartUps = 1000;

std::string error_line(const std::string& what) { return line_of(Json{{"error", what}}); }

// What a line asks for.
struct Asked {
  std::optional<std::string> file;
  int start_ups = 0;
  std::size_t step = 0;
  Names names;
};

Asked read_asked(const Cursor& at) {
  return at.object([](Members& members) {
    Asked asked;
    if (const auto file = members.optional("begin")) {
      asked.file = file->name();
      asked.start_ups = static_cast<int>(members.required("start_ups").integer_between(0, kMostStartUps));
    } else {
      asked.step = static_cast<std::size_t>(members.required("step").unsigned_up_to(kMostSteps));
      asked.names = names_at(members.required("names"));
    }
    return asked;
  });
}

// What an answer says.
struct Answered {
  std::optional<std::string> error;
  std::optional<Seen> seen;
};

Answered read_answered(const Cursor& at) {
  return at.object([](Members& members) {
    Answered answered;
    if (const auto error = members.optional("error")) answered.error = error->text();
    if (const auto seen = members.optional("seen")) answered.seen = seen_at(*seen);
    static_cast<void>(members.optional("ready"));
    return answered;
  });
}

}  // namespace

// -- the worker -------------------------------------------------------------------------------------------

// Memory of one scenario, and what can be seen of refusals.
class StepServer::Site final : public CallSite {
 public:
  explicit Site(const WorkerSetup& setup) : setup_(setup) {}
  std::optional<Refusal> last_refusal() const override {
    return setup_.last_refusal ? setup_.last_refusal() : std::nullopt;
  }
  // The records are the machine's, and that is another process.
  std::string why(const Refusal&) const override { return {}; }
  void* memory(Shape shape, std::span<const std::byte> contents) override {
    return memory_.make(shape, contents);
  }

 private:
  const WorkerSetup& setup_;
  GuardedMemory memory_;
};

StepServer::StepServer(WorkerSetup setup) : setup_(std::move(setup)) {}
StepServer::~StepServer() = default;

std::string StepServer::answer(const std::string& line) {
  const auto asked = read_document("a line of the runner", line, read_asked);
  if (!asked) return error_line(to_string(asked.error()));
  if (asked->file) return begin(*asked->file, asked->start_ups);
  return perform(asked->step, asked->names);
}

std::string StepServer::begin(const std::string& file, int start_ups) {
  auto scenario = setup_.load(file);
  if (!scenario) return error_line(to_string(scenario.error()));
  scenario_ = *std::move(scenario);
  site_ = std::make_unique<Site>(setup_);
  forget_winsock(sockets_);
  sockets_.clear();
  if (const int code = start_winsock(start_ups); code != 0)
    return error_line("WSAStartup fails with " + std::to_string(code));
  return line_of(Json{{"ready", true}});
}

std::string StepServer::perform(std::size_t step, const Names& names) {
  if (!scenario_ || step >= scenario_->steps.size()) return error_line("there is no such step");
  const Step& wanted = scenario_->steps[step];
  if (const auto problem = names.problem_with(wanted)) return error_line(*problem);
  const Seen seen = make_windows_call(*site_, wanted, names);
  if (seen.socket) sockets_.insert(*seen.socket);
  return line_of(Json{{"seen", json_of(seen)}});
}

void work_for(Channel& runner, WorkerSetup setup) {
  StepServer server(std::move(setup));
  while (const auto line = runner.receive())
    if (!runner.send(server.answer(*line))) return;
}

// -- the runner's side ------------------------------------------------------------------------------------

std::optional<std::string> Worker::ask(const std::string& line) {
  std::optional<std::string> answer;
  if (is_there_ && channel_->send(line)) answer = channel_->receive();
  is_there_ = answer.has_value();
  return answer;
}

std::optional<std::string> Worker::begin(const Scenario& scenario, int start_ups) {
  const auto answer = ask(line_of(Json{{"begin", scenario.file}, {"start_ups", start_ups}}));
  if (!answer) return "the process does not answer";
  const auto answered = read_document("a worker's answer", *answer, read_answered);
  if (!answered) return to_string(answered.error());
  return answered->error;
}

Seen Worker::perform(const Step& step, const Names& names) {
  const auto answer = ask(line_of(Json{{"step", step.number}, {"names", json_of(names)}}));
  if (!answer) return Seen::failed("the process " + step.as + " has ended or does not answer");
  const auto answered = read_document("a worker's answer", *answer, read_answered);
  if (!answered) return Seen::failed(to_string(answered.error()));
  if (answered->error) return Seen::failed(*answered->error);
  if (!answered->seen) return Seen::failed("the worker tells nothing of the step");
  return *answered->seen;
}

}  // namespace berth::scenario
