// A web-petition board as a server: pages of threads by their time of change, pictures below the board's own host, files by
// number; and the files of the street platform and of the shared database, which have a host to be fetched from too.
//   GET /api/threads?begin&end&pageNo&pageSize   X-App-Key; {"code":"200","data":{"total","pageNo","list"}}; anything but 200 is
//                                                said in `code`, with HTTP 200
//   GET /upload/…, /exchange/…, /third/NUMBER, /api/file/NUMBER   a picture, a document
// Uses: trouble, stage. Used by: main.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "tools/sources-sim/trouble.h"
#include "tools/stage/listener.h"

namespace yht::sources_sim {

struct BoardOptions {
    ShapeOptions shape;
    Troubles troubles;
    std::string app_key;
};

/// Thread-safety: any thread.
class Board {
public:
    explicit Board(BoardOptions options);
    /// nullopt where the request is for nobody here.
    std::optional<stage::HttpAnswer> take(const stage::HttpRequest& request);
    std::uint64_t pages() const { return pages_; }
    std::uint64_t files() const { return files_; }

private:
    stage::HttpAnswer page(const stage::HttpRequest& request);

    const BoardOptions options_;
    const Shape& shape_;
    const std::vector<Message> threads_;
    std::atomic<std::uint64_t> pages_{0}, files_{0};
};

}  // namespace yht::sources_sim
