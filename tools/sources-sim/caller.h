// A source that calls the gateway as it has always called: HTTPS POST, headers of its own, and its own idea of what the
// answer means. It repeats a call that was not answered "done", as such systems do. Uses: answers, Poco. Used by: main.
#pragma once

#include <Poco/Net/HTTPSClientSession.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tools/sources-sim/answers.h"

namespace yht::sources_sim {

struct CallerOptions {
    std::string shape = "110";  // in whose terms answers are understood
    std::string base_url;  // "https://host:port"; http:// too
    std::string ca_pem;    // path; what the server's certificate chains to
    std::string certificate_pem, key_pem;  // paths; "": no client certificate
    std::vector<std::pair<std::string, std::string>> headers;
    std::string content_type = "application/json";
    std::int64_t timeout_ms = 30'000;
    int tries_max = 3;
    std::int64_t between_tries_ms = 500;
};

struct Heard {
    bool done = false;   // in the source's own terms
    std::string number;  // the ticket number that it was given
    int status = 0;      // 0: no answer came
    int tries = 0;
    std::string reply;   // of the last try, at most 64 KiB
    std::string detail;  // for people, where no answer came
};

/// Thread-safety: none. Throws std::exception where its files can't be read or the URL is none.
class Caller {
public:
    explicit Caller(CallerOptions options);
    Heard call(const std::string& path, const std::string& body);

private:
    Heard once(const std::string& path, const std::string& body);

    const CallerOptions options_;
    Poco::Net::Context::Ptr context_;
    std::string host_;
    std::uint16_t port_ = 0;
    bool tls_ = true;
};

}  // namespace yht::sources_sim
