// HTTP/1.1 on the wire (RFC 9112), read as strictly as a signing gateway must: bytes in, a head and
// a body out.
// Why not Poco's HTTPServerConnection: it gives no moment between a request's first byte and its
// last header line (no header deadline), answers what it can't read with an empty 400, closes
// without an answer on std::exception, decodes RFC 2047 words inside fields, skips lines without a
// colon, and reads a chunked body's trailer as the next request. Sockets, threads and the accept
// loop stay Poco's (connection.h).
// Uses: base, trust (HttpHead). Used by: connection, dispatch.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gateway/base/result.h"
#include "gateway/trust/http_message.h"

namespace yht::http {

inline constexpr std::size_t kHeadBytesMax = 32 * 1024;  // request line and fields together
inline constexpr std::size_t kHeaderFieldsMax = 100;
inline constexpr std::size_t kTargetBytesMax = 4096;
inline constexpr std::size_t kMethodBytesMax = 16;
inline constexpr std::size_t kChunkLineBytesMax = 256;     // size and extensions
inline constexpr std::size_t kTrailerBytesMax = 8 * 1024;  // read and dropped

/// Where bytes come from: a socket, or a text in tests.
class ByteSource {
public:
    virtual ~ByteSource() = default;
    /// Blocks for 1 to `size_max` bytes; 0 when no more will come (closed, cut, failed).
    virtual std::size_t read(char* buffer, std::size_t size_max) = 0;
};

struct RequestHead {
    trust::HttpHead http;  // method, target as received (path and query), fields in lower case
    std::string path;      // still percent-encoded
    std::string query;     // without "?"
    bool version_10 = false;
    bool keep_alive = true;
    bool chunked = false;
    bool expects_continue = false;
    std::optional<std::uint64_t> content_length;

    bool announcesBody() const { return chunked || content_length.value_or(0) > 0; }
};

/// Reads a head that ends in an empty line. Bare LF, folded lines, white space before a colon,
/// control characters, two Hosts, two lengths, a length beside chunks and other codings are
/// refused. Errors: RequestMalformed, HeaderTooLarge.
base::Result<RequestHead> parseHead(std::string_view text);

/// Takes a body piece by piece, at most kReadBytes each; an error ends the reading.
using BodySink = std::function<base::Status(std::string_view piece)>;
inline constexpr std::size_t kReadBytes = 16 * 1024;

/// Requests of one connection, one after the other.
class MessageReader {
public:
    explicit MessageReader(ByteSource& source) : source_(source) {}

    /// Waits for the next request's first byte; false when the peer has gone.
    bool waitForRequest();
    /// Errors: RequestMalformed, HeaderTooLarge. After an error only ended() is of use.
    base::Result<RequestHead> readHead();
    /// Stops reading as soon as more than `bytes_max` are announced or have come.
    /// Errors: BodyTooLarge, RequestMalformed.
    base::Result<std::string> readBody(const RequestHead& head, std::size_t bytes_max);
    /// The same, without holding it: errors of `sink` too.
    base::Status streamBody(
        const RequestHead& head, std::uint64_t bytes_max, const BodySink& sink
    );
    /// Reads on and drops what comes, at most `bytes_max`, until the peer closes.
    void discard(std::size_t bytes_max);
    /// The peer left in the middle of a request: nobody is there to be answered.
    bool ended() const { return ended_; }

private:
    bool fill();
    base::Result<std::string> readLine(std::size_t bytes_max);
    base::Status readExactly(std::uint64_t count, const BodySink& sink);
    base::Status readChunks(std::uint64_t bytes_max, const BodySink& sink);
    base::Status skipTrailer();

    ByteSource& source_;
    std::string buffer_;  // received, not yet used from position_
    std::size_t position_ = 0;
    bool ended_ = false;
};

/// A body that is written as it is made. `next` gives the next piece, "" never before the end; an error
/// cuts the connection, because the head has gone out.
struct AnswerStream {
    std::uint64_t size_bytes = 0;
    std::function<base::Result<std::string>()> next;
};

/// What goes back. Handlers fill it; connection writes it.
struct Answer {
    int status = 200;
    std::string content_type = "application/json";
    std::string body = {};
    std::vector<std::pair<std::string, std::string>> fields = {};  // lower-case names
    bool close = false;       // the connection can't be used on
    bool is_receipt = false;  // carries the ledger's own signature: not signed a second time
    std::shared_ptr<const AnswerStream> stream = {};  // set: stands in for body; never signed
};

/// Head and body; the head alone where the body is a stream. `date_text`: RFC 9110 IMF-fixdate.
/// `without_body`: an answer to HEAD.
std::string serializeAnswer(
    const Answer& answer, const std::string& date_text, bool keep_alive, bool without_body
);

/// "Sun, 06 Nov 1994 08:49:37 GMT".
std::string httpDate(std::int64_t unix_ms);

/// nullopt where "%" is not followed by two hex digits. `plus_is_space`: query strings.
std::optional<std::string> percentDecode(std::string_view text, bool plus_is_space);

}  // namespace yht::http
