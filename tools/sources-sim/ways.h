// How a shape gets to the gateway: it calls, leaves a file, writes rows, or is asked. Each plays one run to its end; serving goes
// on until a signal. Uses: caller, drop, sheet_files, exchange, board, home, telling. Used by: main.
#pragma once

#include "tools/sources-sim/caller.h"
#include "tools/sources-sim/drop.h"
#include "tools/sources-sim/telling.h"

namespace yht::sources_sim {

/// What every way is given.
struct Run {
    const Shape* shape = nullptr;
    ShapeOptions options;
    Troubles troubles;
    Lines lines = Lines::Json;
};

struct CallRun : Run {
    CallerOptions caller;
    std::vector<std::string> headers;  // "NAME: VALUE"
    std::string path;                  // before the message's own; the whole path of a SOAP service
    std::string session;               // third
    bool print = false;                // the messages instead of calling
};

/// All return a stage::ExitCode: kDone, or kFailed where something was not taken. They throw std::exception where they can't begin.
int call(const CallRun& run);
int leaveFile(const Run& run, DropOptions drop);
int writeRows(const Run& run, const std::string& connection);

struct ServeRun : Run {
    stage::ListenerOptions listen;
    std::string port_file, data, app_key;
    std::vector<std::string> results_folders;
    std::string connection;  // "": not looked into
    std::uint64_t answers_lost = 0;
};
int serve(const ServeRun& run);

}  // namespace yht::sources_sim
