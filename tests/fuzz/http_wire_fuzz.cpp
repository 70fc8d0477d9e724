// Requests on the wire, one after the other, as they may come: in pieces. First byte: how long a piece is.
#include "gateway/intake/http/wire.h"

#include <cstring>

#include "tests/fuzz/claim.h"

namespace {

using namespace yht;

constexpr std::size_t kBodyBytesMax = 32U << 10;

class Pieces final : public http::ByteSource {
public:
    Pieces(std::string_view text, std::size_t piece) : rest_(text), piece_(piece) {}
    std::size_t read(char* buffer, std::size_t size_max) override {
        const std::size_t bytes = std::min({rest_.size(), piece_, size_max});
        std::memcpy(buffer, rest_.data(), bytes);
        rest_.remove_prefix(bytes);
        return bytes;
    }

private:
    std::string_view rest_;
    std::size_t piece_;
};

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = fuzz::viewOf(data, size);
    Pieces source(input, 1);
    const std::size_t piece = 1 + fuzz::takeChoice(input) * 16U;
    source = Pieces(input, piece);
    http::MessageReader reader(source);
    while (reader.waitForRequest()) {
        const auto head = reader.readHead();
        if (!head) {
            FUZZ_CLAIM(
                head.error().code == base::ErrorCode::RequestMalformed ||
                head.error().code == base::ErrorCode::HeaderTooLarge
            );
            break;
        }
        FUZZ_CLAIM(head->http.fields.size() <= http::kHeaderFieldsMax);
        FUZZ_CLAIM(!(head->chunked && head->content_length));
        FUZZ_CLAIM(head->http.target_uri.size() <= http::kTargetBytesMax);
        (void)http::percentDecode(head->path, false);
        const auto body = reader.readBody(*head, kBodyBytesMax);
        if (!body) break;
        FUZZ_CLAIM(body->size() <= kBodyBytesMax);
        if (head->content_length) FUZZ_CLAIM(body->size() == *head->content_length);
    }
    return 0;
}
