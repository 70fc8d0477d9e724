#include "adapters/kit/destination.h"

namespace yht::kit {

base::FieldError recordTooLarge(std::size_t bytes_max) {
    return {
        .pointer = "",
        .code = "record_too_large",
        .limit = std::to_string(bytes_max) + " bytes",
        .en = "the record alone is larger than the far side takes in one request",
        .zh = "单条记录超过对端一次请求的长度上限"};
}

}  // namespace yht::kit
