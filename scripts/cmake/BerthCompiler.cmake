# SPDX-License-Identifier: MIT
# Which flags Berth's own targets are compiled with. Nothing here reaches a user's target, except that
# linking an instrumented library needs the instrumentation's runtime.

if(BERTH_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  find_program(BERTH_CCACHE_PROGRAM ccache)
  if(BERTH_CCACHE_PROGRAM)
    # The sloppiness is what ccache's manual demands for precompiled headers; base and hash folder let
    # two clones share results.
    set(launcher
        ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${BERTH_CCACHE_PROGRAM})
    set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
    set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
  endif()
endif()

if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
  if(NOT CMAKE_BUILD_TYPE AND NOT CMAKE_CONFIGURATION_TYPES)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
  endif()
endif()

# Lets the sources of `target` be compiled together when BERTH_UNITY asks for it. Not for targets whose
# sources must not see one another's headers.
function(berth_compile_together target)
  set_target_properties(${target} PROPERTIES UNITY_BUILD ${BERTH_UNITY} UNITY_BUILD_BATCH_SIZE 64)
endfunction()

# A source of the Windows face has either Windows' structures or POSIX' in sight, never both: each of
# these sources that includes a header with the latter is compiled by itself.
function(berth_compile_apart_what_sees_posix)
  foreach(source IN LISTS ARGN)
    file(STRINGS ${source} platform_headers REGEX "^#include <(sys/(socket|select|poll|un)|net/|netinet/|arpa/|netdb|poll)")
    if(platform_headers)
      set_source_files_properties(${source} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    endif()
  endforeach()
endfunction()

# Gives `target` the language level, the warnings and the instrumentation of Berth's own code.
function(berth_own_target target)
  set_target_properties(
    ${target}
    PROPERTIES CXX_STANDARD 20
               CXX_STANDARD_REQUIRED ON
               CXX_EXTENSIONS OFF)
  get_target_property(kind ${target} TYPE)
  if(NOT kind STREQUAL EXECUTABLE)
    # So that a user's shared library can take them in.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # There, our functions still call one another and nobody else's of the same name: they may be inlined.
      target_compile_options(${target} PRIVATE $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-fno-semantic-interposition>)
    endif()
  endif()
  if(WIN32)
    # Else <windows.h> has macros in the place of std::min and std::max.
    target_compile_definitions(${target} PRIVATE NOMINMAX)
  endif()
  if(MSVC)
    target_compile_options(${target} PRIVATE /utf-8 /permissive- /Zc:__cplusplus)
  endif()
  if(BERTH_WARNINGS)
    if(MSVC)
      target_compile_options(${target} PRIVATE /W4 $<$<BOOL:${BERTH_WERROR}>:/WX>)
    else()
      target_compile_options(
        ${target}
        PRIVATE -Wall
                -Wextra
                -Wconversion
                -Wshadow
                -Wpedantic
                $<$<COMPILE_LANG_AND_ID:CXX,Clang,AppleClang>:-Wthread-safety>
                $<$<BOOL:${BERTH_WERROR}>:-Werror>)
      if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        # GCC 12 says of `"text" + std::string` that it copies overlapping memory (GCC bug 105651).
        target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
      endif()
    endif()
  endif()
  if(BERTH_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${BERTH_SANITIZE} -fno-sanitize-recover=all
                                             -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${BERTH_SANITIZE})
    if(BERTH_WARNINGS AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
      # GCC's manual: with sanitizers this warning is raised falsely (seen inside <regex>). The other
      # presets have it.
      target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
    endif()
  endif()
  if(BERTH_COVERAGE)
    target_compile_options(${target} PRIVATE --coverage -fprofile-update=atomic)
    target_link_options(${target} PUBLIC --coverage)
  endif()
endfunction()
