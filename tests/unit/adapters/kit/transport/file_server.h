// A server of files on 127.0.0.1, over real TLS or plain, that answers as a test tells it, path by path.
//   FileServer server; server.give("/a.png", bytes); server.say("/gone", 404); server.redirect("/b", "/a.png");
// Uses: Poco, test_support. Used by: tests of fetch and of intake/attach.
#pragma once

#include <Poco/Net/HTTPServer.h>

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/pki.h"

namespace yht::test {

class FileServer {
public:
    explicit FileServer(bool tls = true, const CertificateFiles& files = sharedPki().partner("files"));
    ~FileServer();
    FileServer(const FileServer&) = delete;
    FileServer& operator=(const FileServer&) = delete;

    struct Answer {
        int status = 200;
        std::string body, location;
        bool endless = false;       // the body again and again, until the client goes
        bool stalled = false;       // head and body, then nothing, the connection open
        bool cut = false;           // promises more than it sends
    };
    void give(const std::string& path, const std::string& body) { set(path, {.body = body}); }
    void say(const std::string& path, int status) { set(path, {.status = status, .body = "no file", .location = {}}); }
    void redirect(const std::string& path, const std::string& to) { set(path, {.status = 302, .body = "there", .location = to}); }
    void set(const std::string& path, Answer answer);

    std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
    std::string url(const std::string& path) const { return (tls_ ? "https://" : "http://") + host() + path; }
    std::uint16_t port() const;
    struct Asked {
        std::string method, target, body;
        std::map<std::string, std::string> fields;
    };
    std::vector<Asked> asked();

    // Of its own threads.
    void answer(Poco::Net::HTTPServerRequest& request, Poco::Net::HTTPServerResponse& response);

private:
    const bool tls_;
    std::mutex mutex_;
    std::map<std::string, Answer> answers_;  // protected by mutex_
    std::vector<Asked> asked_;               // protected by mutex_
    bool ending_ = false;                    // protected by mutex_
    std::unique_ptr<Poco::Net::HTTPServer> server_;
};

}  // namespace yht::test
