#include "gateway/intake/http/wire.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace yht::http {
namespace {

using base::ErrorCode;

/// Gives a text in pieces of at most `piece` bytes, then ends.
class Text final : public ByteSource {
public:
    explicit Text(std::string text, std::size_t piece = 1'000'000)
        : text_(std::move(text)), piece_(piece) {}
    std::size_t read(char* buffer, std::size_t size_max) override {
        const auto count = std::min({size_max, piece_, text_.size() - position_});
        text_.copy(buffer, count, position_);
        position_ += count;
        return count;
    }

private:
    const std::string text_;
    const std::size_t piece_;
    std::size_t position_ = 0;
};

ErrorCode headError(const std::string& text) {
    const auto head = parseHead(text);
    return head ? ErrorCode::Internal : head.error().code;
}

std::string post(const std::string& fields) {
    return "POST /v1/records HTTP/1.1\r\nhost: h\r\n" + fields + "\r\n";
}

/// Reads one request with that framing and body, one byte at a time.
base::Result<std::string> bodyOf(
    const std::string& fields, const std::string& body, std::size_t bytes_max = 100
) {
    Text source(post(fields) + body, 1);
    MessageReader reader(source);
    auto head = reader.readHead();
    if (!head) return std::move(head).error();
    return reader.readBody(*head, bytes_max);
}

ErrorCode bodyError(
    const std::string& fields, const std::string& body, std::size_t bytes_max = 100
) {
    const auto result = bodyOf(fields, body, bytes_max);
    return result ? ErrorCode::Internal : result.error().code;
}

/// 64 MiB that stand nowhere, after a head.
class Endless final : public ByteSource {
public:
    explicit Endless(std::string head) : head_(std::move(head)) {}
    std::size_t read(char* buffer, std::size_t size_max) override {
        if (!head_.empty()) {
            const auto count = head_.copy(buffer, size_max);
            head_.erase(0, count);
            return count;
        }
        std::fill_n(buffer, size_max, 'x');
        return size_max;
    }

private:
    std::string head_;
};

TEST(StreamTest, ABodyOfAnyLengthComesInSmallPieces) {
    constexpr std::uint64_t kSize = 64 << 20;
    Endless source(post("content-length: " + std::to_string(kSize) + "\r\n"));
    MessageReader reader(source);
    const auto head = reader.readHead();
    std::uint64_t total = 0;
    std::size_t longest = 0;
    const auto read = reader.streamBody(*head, kSize, [&](std::string_view piece) -> base::Status {
        total += piece.size();
        longest = std::max(longest, piece.size());
        return {};
    });
    EXPECT_TRUE(read.ok());
    EXPECT_EQ(total, kSize);
    EXPECT_LE(longest, kReadBytes);
}

TEST(StreamTest, AnErrorOfWhoTakesItEndsTheReading) {
    Endless source(post("content-length: 10000000\r\n"));
    MessageReader reader(source);
    const auto head = reader.readHead();
    int pieces = 0;
    const auto read = reader.streamBody(*head, 10'000'000, [&](std::string_view) -> base::Status {
        ++pieces;
        return base::makeError(ErrorCode::DiskFull);
    });
    EXPECT_EQ(read.error().code, ErrorCode::DiskFull);
    EXPECT_EQ(pieces, 1);
}

TEST(HeadTest, TargetPathQueryAndFieldsAreRead) {
    const auto head =
        parseHead("GET /v1/tickets?source=a HTTP/1.1\r\nHost: h\r\nX-A:  b c \t\r\n\r\n");
    ASSERT_TRUE(head.ok());
    EXPECT_EQ(head->http.method, "GET");
    EXPECT_EQ(head->http.target_uri, "/v1/tickets?source=a");
    EXPECT_EQ(head->path, "/v1/tickets");
    EXPECT_EQ(head->query, "source=a");
    EXPECT_EQ(head->http.field("x-a"), "b c");
    EXPECT_TRUE(head->keep_alive);
    EXPECT_FALSE(head->announcesBody());
}

TEST(HeadTest, AnEncodedWordStaysAsItWasSigned) {
    EXPECT_EQ(parseHead(post("x-a: =?utf-8?q?b?=\r\n"))->http.field("x-a"), "=?utf-8?q?b?=");
}

TEST(HeadTest, ConnectionCloseAndHttp10EndTheConnection) {
    EXPECT_FALSE(parseHead("GET / HTTP/1.1\r\nhost: h\r\nconnection: x, Close\r\n\r\n")->keep_alive
    );
    EXPECT_FALSE(parseHead("GET / HTTP/1.0\r\n\r\n")->keep_alive);
    EXPECT_TRUE(parseHead("GET / HTTP/1.0\r\nconnection: keep-alive\r\n\r\n")->keep_alive);
}

TEST(HeadTest, MalformedHeadsAreRefused) {
    for (const char* text : {
             "GET / HTTP/1.1\r\n\r\n",                           // no Host
             "GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n",     // two Hosts
             "GET / HTTP/1.1\nhost: h\n\n",                      // bare LF
             "GET / HTTP/1.1\r\nhost: h\r\nx: a\r\n b\r\n\r\n",  // folded
             "GET / HTTP/1.1\r\nhost: h\r\nx : a\r\n\r\n",       // space before the colon
             "GET / HTTP/1.1\r\nhost: h\r\nno colon\r\n\r\n",    // skipped by others
             "GET / HTTP/1.1\r\nhost: h\r\nx: a\x01\r\n\r\n",    // control character
             "GET / HTTP/2.0\r\nhost: h\r\n\r\n",                // version
             "GET http://h/ HTTP/1.1\r\nhost: h\r\n\r\n",        // absolute form
             "GET /a b HTTP/1.1\r\nhost: h\r\n\r\n",             // space in the target
             "G=T / HTTP/1.1\r\nhost: h\r\n\r\n",                // method
             "nonsense\r\n\r\n",
         }) {
        EXPECT_EQ(headError(text), ErrorCode::RequestMalformed) << text;
    }
}

TEST(HeadTest, FramingsThatTwoReadersCouldReadDifferentlyAreRefused) {
    for (const char* fields : {
             "content-length: 5\r\ncontent-length: 5\r\n",
             "content-length: 5\r\ntransfer-encoding: chunked\r\n",
             "transfer-encoding: gzip, chunked\r\n",
             "transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
             "content-length: +5\r\n",
             "content-length: 5, 5\r\n",
             "content-length: -1\r\n",
             "content-length: 99999999999999999999\r\n",
             "content-length:\r\n",
         }) {
        EXPECT_EQ(headError(post(fields)), ErrorCode::RequestMalformed) << fields;
    }
}

TEST(HeadTest, OneFieldMoreThanTheLimitIsTooMany) {
    std::string fields;
    for (std::size_t i = 1; i < kHeaderFieldsMax; ++i) fields += "x: y\r\n";  // Host is one, too
    EXPECT_TRUE(parseHead(post(fields)).ok());
    EXPECT_EQ(headError(post(fields + "x: y\r\n")), ErrorCode::HeaderTooLarge);
}

TEST(HeadTest, AMethodBeyondTheLimitIsNone) {
    const std::string longest(kMethodBytesMax, 'M');
    EXPECT_TRUE(parseHead(longest + " / HTTP/1.1\r\nhost: h\r\n\r\n").ok());
    EXPECT_EQ(headError(longest + "M / HTTP/1.1\r\nhost: h\r\n\r\n"), ErrorCode::RequestMalformed);
}

TEST(HeadTest, ATargetBeyondTheLimitIsTooLarge) {
    const std::string longest(kTargetBytesMax, '/');
    EXPECT_TRUE(parseHead("GET " + longest + " HTTP/1.1\r\nhost: h\r\n\r\n").ok());
    EXPECT_EQ(
        headError("GET " + longest + "/ HTTP/1.1\r\nhost: h\r\n\r\n"), ErrorCode::HeaderTooLarge
    );
}

TEST(ReaderTest, AHeadBeyondTheLimitIsTooLargeBeforeItsEndHasCome) {
    Text source("GET / HTTP/1.1\r\nhost: h\r\nx: " + std::string(kHeadBytesMax, 'a'));
    MessageReader reader(source);
    EXPECT_EQ(reader.readHead().error().code, ErrorCode::HeaderTooLarge);
    EXPECT_FALSE(reader.ended());
}

TEST(ReaderTest, RequestsFollowEachOtherOnOneConnection) {
    Text source(
        "\r\n" + post("content-length: 2\r\n") + "ab\r\n" + post("transfer-encoding: chunked\r\n") +
            "1\r\nc\r\n0\r\n\r\nGET / HTTP/1.1\r\nhost: h\r\n\r\n",
        7
    );
    MessageReader reader(source);
    auto first = reader.readHead();
    EXPECT_EQ(*reader.readBody(*first, 10), "ab");
    auto second = reader.readHead();
    EXPECT_EQ(*reader.readBody(*second, 10), "c");
    EXPECT_EQ(reader.readHead()->path, "/");
    EXPECT_FALSE(reader.waitForRequest());
}

TEST(ReaderTest, APeerThatLeavesInTheMiddleHasEnded) {
    for (const char* text :
         {"", "GET / HT", "POST / HTTP/1.1\r\nhost: h\r\ncontent-length: 5\r\n\r\nab"}) {
        Text source(text);
        MessageReader reader(source);
        auto head = reader.readHead();
        if (head) {
            EXPECT_FALSE(reader.readBody(*head, 10).ok());
        }
        EXPECT_TRUE(reader.ended());
    }
}

TEST(BodyTest, ChunksExtensionsAndTrailersAreRead) {
    EXPECT_EQ(
        *bodyOf("transfer-encoding: Chunked\r\n", "3;a=b\r\nabc\r\n2 \r\nde\r\n0\r\nx: y\r\n\r\n"),
        "abcde"
    );
}

TEST(BodyTest, ExactlyTheLimitIsTakenAndOneMoreIsNot) {
    EXPECT_EQ(*bodyOf("content-length: 3\r\n", "abc", 3), "abc");
    EXPECT_EQ(bodyError("content-length: 4\r\n", "abcd", 3), ErrorCode::BodyTooLarge);
    EXPECT_EQ(
        *bodyOf("transfer-encoding: chunked\r\n", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n", 3), "abc"
    );
    EXPECT_EQ(
        bodyError("transfer-encoding: chunked\r\n", "2\r\nab\r\n2\r\ncd\r\n0\r\n\r\n", 3),
        ErrorCode::BodyTooLarge
    );
}

TEST(BodyTest, AChunkThatOnlyAnnouncesTooMuchIsRefusedBeforeItComes) {
    EXPECT_EQ(bodyError("transfer-encoding: chunked\r\n", "ffffffff\r\n"), ErrorCode::BodyTooLarge);
}

TEST(BodyTest, MalformedChunksAreRefused) {
    for (const char* body :
         {"x\r\n", "\r\n", "-1\r\n", "0x2\r\nab\r\n", "2\r\nabc\r\n0\r\n\r\n", "100000000\r\n"}) {
        EXPECT_EQ(bodyError("transfer-encoding: chunked\r\n", body), ErrorCode::RequestMalformed)
            << body;
    }
}

TEST(BodyTest, EndlessChunkLinesAndTrailersAreRefused) {
    const std::string extension(kChunkLineBytesMax, 'e');
    EXPECT_EQ(
        bodyError("transfer-encoding: chunked\r\n", "1;" + extension), ErrorCode::RequestMalformed
    );
    std::string trailer;
    while (trailer.size() <= kTrailerBytesMax) trailer += "x: yyyyyyyyyyyyyyyyyyyy\r\n";
    EXPECT_EQ(
        bodyError("transfer-encoding: chunked\r\n", "0\r\n" + trailer + "\r\n"),
        ErrorCode::RequestMalformed
    );
}

TEST(AnswerTest, IsWrittenWithItsLengthAndWithoutAVersion) {
    Answer answer{.status = 201, .body = "{}"};
    answer.fields.emplace_back("retry-after", "5");
    EXPECT_EQ(
        serializeAnswer(answer, "D", true, false),
        "HTTP/1.1 201 Created\r\ndate: D\r\nserver: yht\r\ncontent-type: application/json\r\n"
        "content-length: 2\r\ncache-control: no-store\r\nretry-after: 5\r\nconnection: "
        "keep-alive\r\n\r\n{}"
    );
    EXPECT_TRUE(serializeAnswer(answer, "D", false, true).ends_with("connection: close\r\n\r\n"));
}

TEST(AnswerTest, DatesAreImfFixdates) {
    EXPECT_EQ(
        httpDate(784'111'777'000), "Sun, 06 Nov 1994 08:49:37 GMT"
    );  // the example of RFC 9110
    EXPECT_EQ(httpDate(0), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(PercentTest, DecodesOctetsAndRefusesHalfOnes) {
    EXPECT_EQ(percentDecode("a%2Fb+c", false), "a/b+c");
    EXPECT_EQ(percentDecode("a%E4%B8%80+c", true), "a一 c");
    EXPECT_EQ(percentDecode("a%2", false), std::nullopt);
    EXPECT_EQ(percentDecode("a%", false), std::nullopt);
    EXPECT_EQ(percentDecode("%zz", false), std::nullopt);
}

}  // namespace
}  // namespace yht::http
