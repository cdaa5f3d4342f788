// SPDX-License-Identifier: MIT
// A process of the daemon arm: a worker that joins the machines that it is told.
#ifndef _WIN32

#include <unistd.h>

#include <memory>
#include <optional>
#include <utility>

#include <berth/document/core_values.h>
#include <berth/document/json.h>
#include <berth/document/reading.h>
#include <berth/remote/channel.h>
#include <berth/remote/message.h>
#include <berth/remote/remote_gateway.h>
#include <berth/scenario/daemon_arm.h>
#include <berth/scenario/fixtures.h>
#include <berth/scenario/worker.h>
#include <berth/winsock/attach.h>

namespace berth::scenario {
namespace {

/// What the daemon arm tells besides the lines of every worker:
///
///   {"join": PATH, "start": StartProcess}   answers {"outcome": …}
///   {"exit": true}                          ends its process; answers {"outcome": …}
///   {"leave": true}                         drops its machine; answers {}
class DaemonWorker {
 public:
  explicit DaemonWorker(const std::string& fixtures)
      : fixtures_(fixtures),
        steps_({.load = [this](const std::string& file) { return load_scenario(file, fixtures_); },
                .last_refusal = last_refusal}) {}
  DaemonWorker(const DaemonWorker&) = delete;
  DaemonWorker& operator=(const DaemonWorker&) = delete;

  std::string answer(std::string_view line) {
    for (const char* key : {R"({"join")", R"({"exit")", R"({"leave")"})
      if (line.starts_with(key)) return line_of(answer_of_its_own(line));
    const ScopedProcess attached(face_);
    return steps_.answer(std::string(line));
  }

 private:
  Json answer_of_its_own(std::string_view line) {
    const auto answer = read_document("the daemon arm", line, [this](const Cursor& at) {
      return at.object([this](Members& told) {
        if (const auto path = told.optional("join")) return join(*path, told);
        if (told.optional("exit")) return exit();
        static_cast<void>(told.required("leave"));
        leave();
        return Json::object();
      });
    });
    return answer ? *answer : Json{{"error", to_string(answer.error())}};
  }

  Json join(const Cursor& path, Members& told) {
    leave();
    const auto start = read<Request>(told.required("start"));
    auto joined = remote::RemoteGateway::connect({.path = path.text(), .host = {}, .port = 0},
                                                 {.program = "worker", .identity = {}, .secret = {}});
    if (!joined) path.refuse(joined.error(), "a machine");
    gateway_ = std::move(joined).value();
    const Outcome outcome = gateway_->submit({}, start);
    if (const auto* reply = std::get_if<Reply>(&outcome))
      face_ = WindowsProcess::of(gateway_, reply->process);
    return {{"outcome", json_of(outcome)}};
  }

  Json exit() {
    Outcome outcome = HostFailure::ProcessIsNotRunning;
    if (face_ != nullptr) outcome = gateway_->submit(face_->id(), request::ExitProcess{});
    leave();
    return {{"outcome", json_of(outcome)}};
  }

  void leave() {
    face_.reset();
    gateway_.reset();
  }

  Fixtures fixtures_;
  StepServer steps_;
  std::shared_ptr<remote::RemoteGateway> gateway_;
  std::shared_ptr<WindowsProcess> face_;
};

}  // namespace

int run_daemon_worker(const std::string& fixtures) {
  remote::Channel arm(remote::Descriptor(STDIN_FILENO));
  DaemonWorker worker(fixtures);
  while (const auto line = arm.receive(remote::kMostBytesAnswered))
    if (!arm.send(worker.answer(*line) + '\n')) break;
  return 0;
}

}  // namespace berth::scenario

#endif
