# What every target of ours is compiled with.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
# Without it the linker is left to the compiler's own default.
include(CheckPIESupported)
check_pie_supported(LANGUAGES CXX)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")

find_program(CARDRESOLVER_CCACHE ccache)
if(CARDRESOLVER_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this it remembers nothing that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CARDRESOLVER_CCACHE})
endif()

add_library(cardresolver_options INTERFACE)
target_compile_features(cardresolver_options INTERFACE cxx_std_20)
target_include_directories(cardresolver_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(cardresolver_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wold-style-cast -Wimplicit-fallthrough
  -fstack-protector-strong
  $<$<BOOL:${CARDRESOLVER_WERROR}>:-Werror>)
target_link_options(cardresolver_options INTERFACE -Wl,-z,relro,-z,now)

# The definitions of Boost must be the same in every translation unit.
target_compile_definitions(cardresolver_options INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED
  BOOST_ASIO_DISABLE_BOOST_DATE_TIME
  # A request has more coroutine frames (of up to a kilobyte) under way than the two that Asio keeps for the next one.
  BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=8
  SPDLOG_FMT_EXTERNAL)

if(CARDRESOLVER_SANITIZER STREQUAL "none")
  target_compile_definitions(cardresolver_options INTERFACE
    $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>
    $<$<NOT:$<CONFIG:Debug>>:_FORTIFY_SOURCE=2>)
elseif(CARDRESOLVER_SANITIZER STREQUAL "address")
  # Work-around: clang 14 cannot place the function check's data beside coroutines ("Cannot represent a difference
  # across sections"); drop when the oldest clang is newer.
  set(sanitizer_flags -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
    $<$<CXX_COMPILER_ID:Clang>:-fno-sanitize=function>)
  target_compile_definitions(cardresolver_options INTERFACE _GLIBCXX_ASSERTIONS)
elseif(CARDRESOLVER_SANITIZER STREQUAL "thread")
  set(sanitizer_flags -fsanitize=thread -fno-omit-frame-pointer)
elseif(CARDRESOLVER_SANITIZER STREQUAL "fuzz")
  set(sanitizer_flags -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-sanitize=function)
elseif(CARDRESOLVER_SANITIZER STREQUAL "coverage")
  set(sanitizer_flags --coverage)
else()
  message(FATAL_ERROR "CARDRESOLVER_SANITIZER is '${CARDRESOLVER_SANITIZER}'; it must be none, address, thread, fuzz or coverage")
endif()
target_compile_options(cardresolver_options INTERFACE ${sanitizer_flags})
target_link_options(cardresolver_options INTERFACE ${sanitizer_flags})

# `cardresolver --version` names the commit it was built from.
execute_process(COMMAND git -C ${PROJECT_SOURCE_DIR} describe --always --dirty
  OUTPUT_VARIABLE CARDRESOLVER_GIT_ID OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
